package proxmox

import "slices"

func taskRoutes() []route {
	return []route{
		on("GET", "/nodes/{node}/tasks", accepts("vmid:int", "limit:int", "start:int", "errors:bool", "source"), listTasks),
		on("GET", "/nodes/{node}/tasks/{upid}/status", accepts(), taskStatus),
		on("GET", "/nodes/{node}/tasks/{upid}/log", accepts("start:int", "limit:int"), taskLog),
		on("DELETE", "/nodes/{node}/tasks/{upid}", accepts(), stopTask),
	}
}

func (c *call) taskOfPath() (*task, error) {
	for _, t := range c.st.Tasks {
		if t.UPID == c.vars["upid"] {
			return t, nil
		}
	}
	return nil, refuse("upid", "no such task")
}

func (t *task) show() map[string]any {
	v := map[string]any{
		"upid": t.UPID, "node": t.Node, "pid": t.PID, "pstart": t.PID, "starttime": t.Started.Unix(),
		"type": t.Type, "id": t.ID, "user": t.User, "status": "running",
	}
	if !t.running() {
		v["status"], v["exitstatus"] = "stopped", t.Exit
	}
	return v
}

func taskStatus(c *call) (any, error) {
	t, err := c.taskOfPath()
	if err != nil {
		return nil, err
	}
	return t.show(), nil
}

func taskLog(c *call) (any, error) {
	t, err := c.taskOfPath()
	if err != nil {
		return nil, err
	}
	lines := []map[string]any{}
	for i, l := range t.Log {
		lines = append(lines, map[string]any{"n": i + 1, "t": l})
	}
	if len(lines) == 0 {
		lines = append(lines, map[string]any{"n": 1, "t": "no content"})
	}
	return lines, nil
}

func listTasks(c *call) (any, error) {
	if _, err := c.node(); err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, t := range slices.Backward(c.st.Tasks) {
		if t.Node != c.vars["node"] || c.has("vmid") && t.ID != c.str("vmid") {
			continue
		}
		v := t.show()
		if !t.running() {
			v["status"], v["endtime"] = t.Exit, t.Ended.Unix()
		}
		list = append(list, v)
	}
	return list, nil
}

// stopTask ends a running task at once; what it was to do is left undone.
func stopTask(c *call) (any, error) {
	t, err := c.taskOfPath()
	if err != nil {
		return nil, err
	}
	if !t.running() {
		return nil, nil
	}
	t.Ended = c.opt.Clock()
	c.giveUp(t, fail("interrupted by signal"))
	close(t.quit)
	return nil, nil
}
