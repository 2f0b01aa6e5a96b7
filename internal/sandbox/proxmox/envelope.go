package proxmox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// apiError is an answer other than success, in the shape a real node gives it:
// the text stands in the reason phrase and in the body.
type apiError struct {
	status  int
	message string
	fields  map[string]string // problems per parameter
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.status, e.message) }

// fail is the answer a real node gives when its code dies with a text.
func fail(format string, args ...any) *apiError {
	return &apiError{status: http.StatusInternalServerError, message: fmt.Sprintf(format, args...)}
}

// refuse is the answer to a single bad parameter.
func refuse(field, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, message: "Parameter verification failed.",
		fields: map[string]string{field: fmt.Sprintf(format, args...)}}
}

// because is the bare text of an error, to be told in another answer.
func because(err error) string {
	var e *apiError
	if errors.As(err, &e) {
		return e.message
	}
	return err.Error()
}

func writeData(w http.ResponseWriter, data any) {
	body, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		writeError(w, fail("encoding the answer: %v", err))
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = w.Write(body) // the client has gone: nobody is left to tell
}

func writeError(w http.ResponseWriter, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = fail("%v", err)
	}
	body := map[string]any{"data": nil, "message": e.message + "\n"}
	if len(e.fields) > 0 {
		body["errors"] = e.fields
	}
	raw, _ := json.Marshal(body) // strings only: cannot fail
	if writeWithReason(w, e, raw) {
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(e.status)
	_, _ = w.Write(raw)
}

// writeWithReason answers with the text as reason phrase, which clients show and
// match on, and which net/http offers no way to set.
func writeWithReason(w http.ResponseWriter, e *apiError, body []byte) bool {
	hj, ok := w.(http.Hijacker)
	if !ok {
		return false
	}
	conn, buf, err := hj.Hijack()
	if err != nil {
		return false
	}
	defer conn.Close()
	reason, _, _ := strings.Cut(e.message, "\n")
	_, _ = fmt.Fprintf(buf, "HTTP/1.1 %d %s\r\nContent-Type: application/json;charset=UTF-8\r\n"+
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s", e.status, reason, len(body), body)
	_ = buf.Flush()
	return true
}

// dropConnection ends the connection without an answer.
func dropConnection(w http.ResponseWriter) {
	hj, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	if conn, _, err := hj.Hijack(); err == nil {
		_ = conn.Close()
	}
}

// readForm returns the parameters of a call: the query of GET and DELETE, query
// and body of the others.
func readForm(r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, 4<<20)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			return nil, &apiError{status: http.StatusBadRequest, message: "multipart body: " + err.Error()}
		}
		for name, files := range r.MultipartForm.File {
			r.Form.Set(name, files[0].Filename)
		}
	} else if err := r.ParseForm(); err != nil {
		return nil, &apiError{status: http.StatusBadRequest, message: "form body: " + err.Error()}
	}
	return r.Form, nil
}
