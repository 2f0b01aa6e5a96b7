package grafana

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:generate go test -trimpath ./define -run TestRendered -update

//go:embed dashboards/*.json
var files embed.FS

// Dashboard is one dashboard as Grafana reads it.
type Dashboard struct {
	UID  string // its place below /d/
	JSON string
}

// Dashboards gives the platform's own, sorted by UID.
func Dashboards() ([]Dashboard, error) {
	entries, err := files.ReadDir("dashboards")
	if err != nil {
		return nil, fmt.Errorf("dashboards: %w", err)
	}
	all := make([]Dashboard, 0, len(entries))
	for _, e := range entries {
		text, err := files.ReadFile(path.Join("dashboards", e.Name()))
		if err != nil {
			return nil, fmt.Errorf("dashboards: %w", err)
		}
		all = append(all, Dashboard{UID: strings.TrimSuffix(e.Name(), ".json"), JSON: string(text)})
	}
	return all, nil
}
