package proxmox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route binds a method and a path to its handler. Segments in braces are
// variables, {name...} takes the rest of the path.
type route struct {
	method string
	path   []string
	params schema
	serve  func(*call) (any, error)
}

const apiRoot = "/api2/json"

// allRoutes lists every call the simulator knows.
func allRoutes() []route {
	return slices.Concat(clusterRoutes(), nodeRoutes(), storageRoutes(), taskRoutes(),
		qemuRoutes(), agentRoutes(), poolRoutes(), mappingRoutes(), haRoutes(), accessRoutes())
}

func on(method, path string, params schema, serve func(*call) (any, error)) route {
	return route{method: method, path: splitPath(path), params: params, serve: serve}
}

// splitPath cuts an escaped path into its segments; a trailing slash, which the
// provider sends on some calls, means nothing.
func splitPath(escaped string) []string {
	return strings.Split(strings.Trim(escaped, "/"), "/")
}

// find returns the route of a request and the decoded variables of its path. The
// path is matched in its escaped form because volume ids carry %2F.
func (s *Sim) find(method, escaped string) (*route, map[string]string) {
	parts := splitPath(escaped)
	for i := range s.routes {
		r := &s.routes[i]
		if r.method != method {
			continue
		}
		if vars, ok := matchPath(r.path, parts); ok {
			return r, vars
		}
	}
	return nil, nil
}

func matchPath(pattern, parts []string) (map[string]string, bool) {
	vars := map[string]string{}
	for i, p := range pattern {
		if i >= len(parts) {
			return nil, false
		}
		name, variable := strings.CutPrefix(p, "{")
		name = strings.TrimSuffix(name, "}")
		rest := strings.HasSuffix(name, "...")
		value := parts[i]
		if rest {
			value = strings.Join(parts[i:], "/")
		}
		value, err := url.PathUnescape(value)
		if err != nil || variable && value == "" || !variable && value != p {
			return nil, false
		}
		if variable {
			vars[strings.TrimSuffix(name, "...")] = value
		}
		if rest {
			return vars, true
		}
	}
	return vars, len(parts) == len(pattern)
}

// Handler answers the API below /api2/json and the fault control point.
func (s *Sim) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.opt.Logger.Debug("request", "method", r.Method, "path", r.URL.EscapedPath())
		if err := s.authorize(r); err != nil {
			writeError(w, err)
			return
		}
		if r.URL.Path == faultPath {
			s.serveFaults(w, r)
			return
		}
		path, ok := strings.CutPrefix(r.URL.EscapedPath(), apiRoot)
		if !ok {
			writeError(w, &apiError{status: http.StatusNotFound, message: "no such file '" + r.URL.Path + "'"})
			return
		}
		s.serveAPI(w, r, path)
	})
}

func (s *Sim) serveAPI(w http.ResponseWriter, r *http.Request, path string) {
	rt, vars := s.find(r.Method, path)
	if rt == nil {
		writeError(w, &apiError{status: http.StatusNotImplemented,
			message: "Method '" + r.Method + " " + path + "' not implemented"})
		return
	}
	form, err := readForm(r)
	if err != nil {
		writeError(w, err)
		return
	}
	c := &call{Sim: s, vars: vars, form: form}
	f := s.faults.strike(r.Method, path, c.guessVM())
	if s.misbehave(w, r, c, f) {
		return
	}
	data, err := s.answer(rt, c)
	switch {
	case f != nil && f.Kind == LostAnswer:
		dropConnection(w)
	case err != nil:
		writeError(w, err)
	default:
		writeData(w, data)
	}
}

// answer runs the handler of one call with the cluster to itself and stores what
// it changed.
func (s *Sim) answer(rt *route, c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if bad := rt.params.check(c.form, c.vars); len(bad) > 0 {
		return nil, &apiError{status: http.StatusBadRequest, message: "Parameter verification failed.", fields: bad}
	}
	data, err := rt.serve(c)
	if err != nil || c.readOnly(rt) {
		return data, err
	}
	if err := s.changed(); err != nil {
		return nil, err
	}
	return data, nil
}
