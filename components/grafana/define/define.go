// Package define is the source of the platform's dashboards: each file defines one of them, with
// Grafana's own library. The library compiles slowly, so the program embeds what it renders, and
// only `make generate` and the tests run it.
package define

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// board is one dashboard.
type board struct {
	uid       string // also the name of the file; never changes, links hold it
	title     string
	about     string // what question it answers
	variables []cog.Builder[dashboard.VariableModel]
	rows      []row
}

// row is a titled line of panels, or several lines: a panel that would not fit begins the next.
type row struct {
	title  string
	panels []panel
}

const (
	tag      = "platform" // every dashboard has it, and a menu of all that have it
	fullLine = 24         // units of width
	schema   = 41         // of Grafana 11.6, which the chart installs
)

func boards() []board {
	return []board{nodes(), kafka(), postgres(), minio(), linstor(), ingress(), gpu(), logVolume()}
}

// Render gives every dashboard as Grafana reads it, by UID.
func Render() (map[string][]byte, error) {
	all := map[string][]byte{}
	for _, b := range boards() {
		text, err := b.render()
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", b.uid, err)
		}
		if _, taken := all[b.uid]; taken {
			return nil, fmt.Errorf("dashboard %s: defined twice", b.uid)
		}
		all[b.uid] = text
	}
	return all, nil
}

func (b board) render() ([]byte, error) {
	d := dashboard.NewDashboardBuilder(b.title).Uid(b.uid).Description(b.about).Tags([]string{tag}).
		Readonly().Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Time("now-6h", "now").Refresh("1m").Timezone("browser").
		Link(dashboard.NewDashboardLinkBuilder("Platform").Type(dashboard.DashboardLinkTypeDashboards).
			Tags([]string{tag}).AsDropdown(true).KeepTime(true).IncludeVars(true)).
		Link(dashboard.NewDashboardLinkBuilder("Alerts").Type(dashboard.DashboardLinkTypeLink).
			Url("/alerting/list").Icon("bolt").Tooltip("What fires now").KeepTime(false))
	for _, v := range b.variables {
		d.WithVariable(v)
	}
	id, y := uint32(0), uint32(0)
	for _, r := range b.rows {
		id++
		d.WithRow(dashboard.NewRowBuilder(r.title).Id(id).GridPos(dashboard.GridPos{X: 0, Y: y, W: fullLine, H: 1}))
		y++
		x, tallest := uint32(0), uint32(0)
		for _, p := range r.panels {
			if x+p.width > fullLine {
				x, y, tallest = 0, y+tallest, 0
			}
			id++
			d.WithPanel(p.build(id, dashboard.GridPos{X: x, Y: y, W: p.width, H: p.height}))
			x, tallest = x+p.width, max(tallest, p.height)
		}
		y += tallest
	}
	built, err := d.Build()
	if err != nil {
		return nil, err
	}
	built.SchemaVersion = schema
	text, err := json.MarshalIndent(built, "", "  ")
	return append(text, '\n'), err
}
