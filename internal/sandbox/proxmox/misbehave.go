package proxmox

import (
	"net/http"
	"time"
)

// misbehave carries a fault out and reports whether the request has been dealt with.
func (s *Sim) misbehave(w http.ResponseWriter, r *http.Request, c *call, f *Fault) bool {
	if f == nil {
		return false
	}
	if f.forTask() {
		c.task = f
		return false
	}
	if f.Delay > 0 && !s.hold(r, time.Duration(f.Delay)) {
		return true
	}
	switch f.Kind {
	case Unauthorized:
		writeError(w, &apiError{status: http.StatusUnauthorized, message: f.text()})
	case InternalError:
		writeError(w, fail("%s", f.text()))
	case GatewayError:
		writeError(w, &apiError{status: 599, message: f.text()})
	case DropConnection:
		dropConnection(w)
	case VMVanishes:
		id := f.VM
		if id == 0 {
			id = c.guessVM()
		}
		_ = s.RemoveVM(id) // gone already is as good
		return false
	case LostAnswer, TaskFails, SlowTask:
		return false
	}
	return true
}

// hold waits and reports whether the client is still there.
func (s *Sim) hold(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.halt:
	}
	return false
}
