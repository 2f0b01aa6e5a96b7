package proxmox

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// pool groups VMs and storages. Members are "qemu/100" or "storage/nfs".
type pool struct {
	Comment string   `json:"comment"`
	Members []string `json:"members"`
}

func (p *pool) remove(member string) {
	p.Members = slices.DeleteFunc(p.Members, func(m string) bool { return m == member })
}

// poolRoutes serves both shapes: the pool in the path (older clients) and in the
// poolid parameter.
func poolRoutes() []route {
	change := []string{"comment", "vms", "storage", "delete:bool", "allow-move:bool"}
	return []route{
		on("GET", "/pools", accepts("poolid", "type"), listPools),
		on("POST", "/pools", accepts("poolid!", "comment"), createPool),
		on("PUT", "/pools", accepts(append([]string{"poolid!"}, change...)...), updatePool),
		on("DELETE", "/pools", accepts("poolid!"), deletePool),
		on("GET", "/pools/{poolid}", accepts("type"), showPool),
		on("PUT", "/pools/{poolid}", accepts(change...), updatePool),
		on("DELETE", "/pools/{poolid}", accepts(), deletePool),
	}
}

var poolForm = regexp.MustCompile(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,2}$`)

func (c *call) poolID() string {
	if id := c.vars["poolid"]; id != "" {
		return id
	}
	return c.str("poolid")
}

func (c *call) poolOfCall() (*pool, error) {
	if p := c.st.Pools[c.poolID()]; p != nil {
		return p, nil
	}
	return nil, fail("pool '%s' does not exist", c.poolID())
}

// checkPool accepts no pool or one that exists.
func (s *Sim) checkPool(id string) error {
	if id != "" && s.st.Pools[id] == nil {
		return fail("pool '%s' does not exist", id)
	}
	return nil
}

func (s *Sim) joinPool(id string, m *machine) {
	if p := s.st.Pools[id]; p != nil {
		p.Members = append(p.Members, "qemu/"+m.key())
	}
}

func (s *Sim) poolOf(m *machine) string {
	for id, p := range s.st.Pools {
		if slices.Contains(p.Members, "qemu/"+m.key()) {
			return id
		}
	}
	return ""
}

func listPools(c *call) (any, error) {
	if c.has("poolid") {
		p, err := c.poolOfCall()
		if err != nil {
			return nil, err
		}
		return []any{c.describePool(c.poolID(), p)}, nil
	}
	list := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(c.st.Pools)) {
		list = append(list, map[string]any{"poolid": id, "comment": c.st.Pools[id].Comment})
	}
	return list, nil
}

func showPool(c *call) (any, error) {
	p, err := c.poolOfCall()
	if err != nil {
		return nil, err
	}
	out := c.describePool(c.poolID(), p)
	delete(out, "poolid")
	return out, nil
}

func (c *call) describePool(id string, p *pool) map[string]any {
	members := []map[string]any{}
	for _, member := range p.Members {
		kind, name, _ := strings.Cut(member, "/")
		if m := c.st.VMs[name]; kind == "qemu" && m != nil {
			members = append(members, c.vmResource(m))
		}
		if kind == "storage" {
			members = append(members, map[string]any{"id": "storage/" + c.opt.Nodes[0].Name + "/" + name,
				"type": "storage", "storage": name, "node": c.opt.Nodes[0].Name})
		}
	}
	return map[string]any{"poolid": id, "comment": p.Comment, "members": members}
}

func createPool(c *call) (any, error) {
	id := c.str("poolid")
	if !poolForm.MatchString(id) {
		return nil, refuse("poolid", "invalid format - value '%s' does not look like a valid pool name", id)
	}
	if c.st.Pools[id] != nil {
		return nil, fail("create pool failed: pool '%s' already exists", id)
	}
	c.st.Pools[id] = &pool{Comment: c.str("comment")}
	return nil, nil
}

func deletePool(c *call) (any, error) {
	p, err := c.poolOfCall()
	if err != nil {
		return nil, fail("delete pool failed: %s", because(err))
	}
	if len(p.Members) > 0 {
		return nil, fail("delete pool failed: pool '%s' is not empty", c.poolID())
	}
	delete(c.st.Pools, c.poolID())
	return nil, nil
}

// updatePool changes the comment and adds or removes members.
func updatePool(c *call) (any, error) {
	p, err := c.poolOfCall()
	if err != nil {
		return nil, fail("update pools failed: %s", because(err))
	}
	members, err := c.poolMembers(p)
	if err != nil {
		return nil, err
	}
	if c.has("comment") {
		p.Comment = c.str("comment")
	}
	for _, m := range members {
		for _, other := range c.st.Pools {
			other.remove(m)
		}
		if !c.yes("delete") {
			p.Members = append(p.Members, m)
		}
	}
	return nil, nil
}

// poolMembers checks the members that a call adds or removes.
func (c *call) poolMembers(p *pool) (list []string, err error) {
	for _, id := range c.list("vms") {
		m := c.st.VMs[id]
		at := ""
		if m != nil {
			at = c.poolOf(m)
		}
		switch inside := slices.Contains(p.Members, "qemu/"+id); {
		case m == nil:
			return nil, fail("update pools failed: VM %s does not exist", id)
		case c.yes("delete") && !inside:
			return nil, fail("update pools failed: VM %s is not a pool member", id)
		case !c.yes("delete") && inside:
			return nil, fail("update pools failed: VM %s is already a pool member", id)
		case !c.yes("delete") && at != "" && !c.yes("allow-move"):
			return nil, fail("update pools failed: VM %s belongs already to pool '%s' and allow-move is not set", id, at)
		}
		list = append(list, "qemu/"+id)
	}
	for _, name := range c.list("storage") {
		inside := slices.Contains(p.Members, "storage/"+name)
		if c.yes("delete") != inside {
			return nil, fail("update pools failed: storage '%s' is%s a pool member", name,
				map[bool]string{true: " already", false: " not"}[inside])
		}
		list = append(list, "storage/"+name)
	}
	return list, nil
}
