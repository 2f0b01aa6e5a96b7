package charts

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// lock is path in the mirror -> SHA-256 in hex, as internal/pins embeds it.
type lock map[string]string

func readLock(path string) (lock, error) {
	l := lock{}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &l)
	}
	if err != nil {
		return nil, fmt.Errorf("lock file %s: %w", path, err)
	}
	return l, nil
}

func (l lock) write(path string) error {
	raw, err := json.MarshalIndent(l, "", "  ")
	if err == nil {
		err = store(path, append(raw, '\n'))
	}
	if err != nil {
		return fmt.Errorf("lock file: %w", err)
	}
	return nil
}
