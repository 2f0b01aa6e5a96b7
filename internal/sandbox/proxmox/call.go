package proxmox

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// call is one request in progress: the cluster, locked, and what the client sent.
type call struct {
	*Sim
	vars map[string]string
	form url.Values
	task *Fault // a task-fails or slow-task fault waiting for this call's task
}

func (c *call) readOnly(r *route) bool { return r.method == http.MethodGet }

func (c *call) str(name string) string { return c.form.Get(name) }

func (c *call) has(name string) bool { return c.form.Has(name) }

// num returns an integer parameter, which the schema has already checked.
func (c *call) num(name string) int {
	n, _ := strconv.Atoi(c.form.Get(name))
	return n
}

func (c *call) yes(name string) bool { return isTrue(c.form.Get(name)) }

// list splits a comma-separated parameter, leaving out empty items.
func (c *call) list(name string) []string { return splitList(c.form.Get(name), ",") }

func splitList(s, separators string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators+" ", r) })
}

func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "1", "on", "yes", "true":
		return true
	}
	return false
}

// guessVM is the VM a request is about, from its path or its body, 0 if none.
func (c *call) guessVM() int {
	for _, s := range []string{c.vars["vmid"], c.form.Get("newid"), c.form.Get("vmid")} {
		if id, err := strconv.Atoi(s); err == nil {
			return id
		}
	}
	return 0
}

// node returns the node of the path.
func (c *call) node() (Node, error) { return c.nodeNamed(c.vars["node"]) }

func (s *Sim) nodeNamed(name string) (Node, error) {
	for _, n := range s.opt.Nodes {
		if n.Name == name {
			return n, nil
		}
	}
	return Node{}, fail("hostname lookup '%s' failed - failed to get address info for: "+
		"%s: Name or service not known", name, name)
}

// vm returns the VM of the path, on the node of the path.
func (c *call) vm() (*machine, error) {
	if _, err := c.node(); err != nil {
		return nil, err
	}
	m := c.st.VMs[c.vars["vmid"]]
	if m == nil || m.Node != c.vars["node"] {
		return nil, fail("Configuration file 'nodes/%s/qemu-server/%s.conf' does not exist",
			c.vars["node"], c.vars["vmid"])
	}
	return m, nil
}

// writableVM is vm for a call that changes it, which a lock forbids.
func (c *call) writableVM() (*machine, error) {
	m, err := c.vm()
	if err != nil {
		return nil, err
	}
	if m.Lock != "" {
		return nil, fail("VM is locked (%s)", m.Lock)
	}
	return m, nil
}
