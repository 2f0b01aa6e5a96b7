package proxmox

import "maps"

func showConfig(c *call) (any, error) {
	m, err := c.vm()
	if err != nil {
		return nil, err
	}
	out := map[string]any{"digest": m.digest()}
	for k := range m.Config {
		out[k] = m.value(k)
	}
	if m.Lock != "" {
		out["lock"] = m.Lock
	}
	return out, nil
}

// showPending lists every key with its value; the simulator applies changes of
// hardware at the next start but shows them as current, as config does.
func showPending(c *call) (any, error) {
	m, err := c.vm()
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for k := range maps.Keys(m.Config) {
		list = append(list, map[string]any{"key": k, "value": m.value(k)})
	}
	return list, nil
}

// changes collects the configuration keys of the form, after the checks that a
// real node makes before it touches anything.
func (c *call) changes() (map[string]string, error) {
	set := map[string]string{}
	for k := range c.form {
		if _, ok := (schema{named: vmOptions, indexed: vmDevices}).lookup(k); !ok {
			if rootOnly[k] {
				return nil, fail("only root can set '%s' config", k)
			}
			continue
		}
		if rootOnly[k] {
			return nil, fail("only root can set '%s' config", k)
		}
		set[k] = c.str(k)
	}
	return set, nil
}

func putConfig(c *call) (any, error) { return nil, c.configure() }

// postConfig is the asynchronous form; the change is made before it answers.
func postConfig(c *call) (any, error) {
	if err := c.configure(); err != nil {
		return nil, err
	}
	return c.start(job{node: c.vars["node"], kind: "qmconfig", id: c.vars["vmid"], do: done})
}

// done is the work of a task whose effect has been made already.
func done() error { return nil }

func (c *call) configure() error {
	m, err := c.writableVM()
	if err != nil {
		return err
	}
	if err := c.checkDigest(m); err != nil {
		return err
	}
	set, err := c.changes()
	if err != nil {
		return err
	}
	remove := c.list("delete")
	for _, k := range remove {
		if _, ok := (schema{named: vmOptions, indexed: vmDevices}).lookup(k); !ok {
			return refuse("delete", "unknown option '%s'", k)
		}
		if _, both := set[k]; both {
			return refuse("delete", "you can't use '-%s' and -delete %s at the same time", k, k)
		}
	}
	if m.template() && set["template"] == "0" {
		delete(set, "template") // PVE offers no way back from a template
	}
	return c.edit(m).apply(set, remove)
}

// rebuildCloudInit answers as if the drive had been written again.
func rebuildCloudInit(c *call) (any, error) {
	_, err := c.writableVM()
	return nil, err
}
