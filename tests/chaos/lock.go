package main

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// foreignLock makes every lock on the state look like one of another machine, on which nobody can
// see whether the process still lives.
func (s *site) foreignLock() error {
	locks, err := filepath.Glob(s.path("state", ".pulumi", "locks", "*", "*", "*", "*.json"))
	if err != nil {
		return err
	}
	if len(locks) == 0 {
		return errNothing // the run was just about to end
	}
	for _, file := range locks {
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		lock := map[string]any{}
		if err := json.Unmarshal(raw, &lock); err != nil {
			return err
		}
		lock["hostname"] = "ci-runner-7"
		if raw, err = json.Marshal(lock); err != nil {
			return err
		}
		if err := os.WriteFile(file, raw, 0o600); err != nil {
			return err
		}
	}
	return nil
}
