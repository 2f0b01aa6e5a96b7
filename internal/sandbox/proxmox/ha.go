package proxmox

import (
	"crypto/sha1" // PVE's digest of a configuration, not a secret
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// haState is the configuration of high availability.
type haState struct {
	Resources map[string]*haEntry `json:"resources"` // by "vm:100"
	Groups    map[string]*haEntry `json:"groups"`
	Rules     map[string]*haEntry `json:"rules"`
}

// haEntry is one section of PVE's HA configuration.
type haEntry struct {
	Fields map[string]string `json:"fields"`
}

func newHAState() haState {
	return haState{Resources: map[string]*haEntry{}, Groups: map[string]*haEntry{}, Rules: map[string]*haEntry{}}
}

// haKind describes one of the three collections.
type haKind struct {
	path, key string // last part of the collection's path, name of the id parameter
	missing   string // error text with the id
	of        func(*state) map[string]*haEntry
	check     func(*call, map[string]string) error
	changed   func(*call, string) error // after a change, may be nil
}

var haCounts = []string{"max_restart", "max_relocate", "nofailback", "restricted", "failback", "strict", "disable"}

func haRoutes() []route {
	resources := haKind{path: "resources", key: "sid", missing: "no such resource '%s'",
		of:    func(st *state) map[string]*haEntry { return st.HA.Resources },
		check: checkHAResource, changed: enforceHAState}
	groups := haKind{path: "groups", key: "group", missing: "no such ha group '%s'",
		of:    func(st *state) map[string]*haEntry { return st.HA.Groups },
		check: checkHAGroup}
	rules := haKind{path: "rules", key: "rule", missing: "no such ha rule '%s'",
		of:    func(st *state) map[string]*haEntry { return st.HA.Rules },
		check: checkHARule}
	return slices.Concat(
		resources.routes("type", "state", "group", "max_restart:int", "max_relocate:int", "comment", "failback:bool"),
		groups.routes("type", "nodes", "nofailback:bool", "restricted:bool", "comment"),
		rules.routes("type", "resources", "nodes", "strict:bool", "affinity", "disable:bool", "comment"),
		[]route{on("POST", "/cluster/ha/resources/{id}/migrate", accepts("node!"), migrateHA)},
	)
}

func (k haKind) routes(fields ...string) []route {
	all := "/cluster/ha/" + k.path
	change := append([]string{"delete", "digest"}, fields...)
	return []route{
		on("GET", all, accepts("type"), k.list),
		on("POST", all, accepts(append([]string{k.key + "!"}, fields...)...), k.create),
		on("GET", all+"/{id}", accepts(), k.show),
		on("PUT", all+"/{id}", accepts(append([]string{k.key}, change...)...), k.update),
		on("DELETE", all+"/{id}", accepts("purge:bool"), k.remove),
	}
}

func (k haKind) view(id string, e *haEntry) map[string]any {
	h := sha1.New()
	out := map[string]any{k.key: id}
	for _, f := range slices.Sorted(maps.Keys(e.Fields)) {
		_, _ = fmt.Fprintf(h, "%s %s\n", f, e.Fields[f])
		out[f] = e.Fields[f]
		if n, err := strconv.Atoi(e.Fields[f]); err == nil && slices.Contains(haCounts, f) {
			out[f] = n
		}
	}
	out["digest"] = hex.EncodeToString(h.Sum(nil))
	return out
}

// usable refuses groups on a release that has replaced them, and rules before.
func (k haKind) usable(c *call) error {
	major, _, _ := strings.Cut(c.opt.Version, ".")
	nine := major >= "9" || len(major) > 1
	switch {
	case k.path == "groups" && nine:
		return fail("ha groups have been migrated to rules")
	case k.path == "rules" && !nine:
		return &apiError{status: 501, message: "Method '" + c.vars["id"] + "/cluster/ha/rules' not implemented"}
	}
	return nil
}

func (k haKind) list(c *call) (any, error) {
	if err := k.usable(c); err != nil {
		return nil, err
	}
	list := []map[string]any{}
	entries := k.of(c.st)
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		if v := k.view(id, entries[id]); !c.has("type") || v["type"] == c.str("type") {
			list = append(list, v)
		}
	}
	return list, nil
}

func (k haKind) find(c *call) (*haEntry, error) {
	if err := k.usable(c); err != nil {
		return nil, err
	}
	if e := k.of(c.st)[c.vars["id"]]; e != nil {
		return e, nil
	}
	return nil, fail(k.missing, c.vars["id"])
}

func (k haKind) show(c *call) (any, error) {
	e, err := k.find(c)
	if err != nil {
		return nil, err
	}
	return k.view(c.vars["id"], e), nil
}

func (k haKind) create(c *call) (any, error) {
	if err := k.usable(c); err != nil {
		return nil, err
	}
	id := c.str(k.key)
	if k.of(c.st)[id] != nil {
		return nil, fail("%s ID '%s' already defined", strings.TrimSuffix(k.path, "s"), id)
	}
	return nil, k.put(c, id, map[string]string{})
}

func (k haKind) update(c *call) (any, error) {
	e, err := k.find(c)
	if err != nil {
		return nil, err
	}
	fields := maps.Clone(e.Fields)
	for _, f := range c.list("delete") {
		delete(fields, f)
	}
	return nil, k.put(c, c.vars["id"], fields)
}

// put stores the fields of the form over those given.
func (k haKind) put(c *call, id string, fields map[string]string) error {
	for f := range c.form {
		if f != k.key && f != "delete" && f != "digest" {
			fields[f] = c.str(f)
		}
	}
	fields[k.key] = id
	err := k.check(c, fields)
	delete(fields, k.key)
	if err != nil {
		return err
	}
	k.of(c.st)[id] = &haEntry{Fields: fields}
	if k.changed != nil {
		return k.changed(c, id)
	}
	return nil
}

func (k haKind) remove(c *call) (any, error) {
	if _, err := k.find(c); err != nil {
		return nil, err
	}
	delete(k.of(c.st), c.vars["id"])
	return nil, nil
}
