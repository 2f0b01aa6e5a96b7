package proxmox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// faultPath is where a running simulator takes faults, beside the API.
const faultPath = "/simulator/faults"

// SetFaults replaces all faults; their counts start anew. It reports the first
// fault that is not well formed and then changes nothing.
func (s *Sim) SetFaults(list ...Fault) error {
	for i, f := range list {
		if err := f.check(); err != nil {
			return fmt.Errorf("faults[%d]: %w", i, err)
		}
	}
	s.faults.set(list)
	return nil
}

// Faults lists the faults with how often each has struck.
func (s *Sim) Faults() []Fault { return s.faults.all() }

// serveFaults is the control point: GET lists, PUT replaces, POST adds, DELETE
// clears. All answer with the list as it then is.
func (s *Sim) serveFaults(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.Method {
	case http.MethodGet:
	case http.MethodDelete:
		err = s.SetFaults()
	case http.MethodPut, http.MethodPost:
		var list []Fault
		if list, err = readFaults(r); err == nil {
			if r.Method == http.MethodPost {
				list = append(s.Faults(), list...)
			}
			err = s.SetFaults(list...)
		}
	default:
		writeError(w, &apiError{status: http.StatusMethodNotAllowed, message: "use GET, PUT, POST or DELETE"})
		return
	}
	if err != nil {
		writeError(w, &apiError{status: http.StatusBadRequest, message: err.Error()})
		return
	}
	writeData(w, s.Faults())
}

// readFaults takes one fault or a list of them.
func readFaults(r *http.Request) (list []Fault, err error) {
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	var one Fault
	if json.Unmarshal(raw, &one) == nil {
		return []Fault{one}, nil
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("faults: must be a JSON fault or list of faults: %w", err)
	}
	return list, nil
}
