package define

import (
	"strconv"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// panel is one picture. number, series and share make them.
type panel struct {
	title, about  string
	unit          string // by Grafana's names, see the library's package units
	width, height uint32
	line          bool     // over time; otherwise the present value
	ceiling       *float64 // of the scale
	steps         []step
	targets       []query
	source        common.DataSourceRef
	custom        func(p panel, id uint32, at dashboard.GridPos) cog.Builder[dashboard.Panel] // neither line nor value
}

// query is one PromQL expression. The legend may use labels in {{braces}}.
type query struct{ expr, legend string }

// step colours values from a threshold on.
type step struct {
	from  float64
	color string
}

const (
	green, orange, red = "green", "orange", "red"
	// Names of units.
	count, seconds, share, bytes = "short", "s", "percentunit", "bytes"
	bytesPerSecond, perSecond    = "binBps", "cps"
)

// metrics is the Prometheus of the cluster. UIDs are those of package grafana, which this one may
// not import.
func metrics() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("prometheus")}
}

// number shows what is true now, coloured by steps; six fit beside each other.
func number(title, about, unit, expr string, steps ...step) panel {
	return panel{title: title, about: about, unit: unit, width: 4, height: 4, steps: steps,
		targets: []query{{expr: expr}}, source: metrics()}
}

// series shows the course of time; two fit beside each other.
func series(title, about, unit string, targets ...query) panel {
	return panel{title: title, about: about, unit: unit, width: 12, height: 8, line: true, targets: targets, source: metrics()}
}

// of draws a ratio from 0 to 1, orange and red from the given values on.
func (p panel) of(warn, crit float64) panel {
	p.unit, p.ceiling = share, cog.ToPtr(1.0)
	return p.warn(warn, crit)
}

// warn colours values from the two thresholds on.
func (p panel) warn(warn, crit float64) panel {
	p.steps = []step{{warn, orange}, {crit, red}}
	return p
}

// anyIsBad colours everything from one on red.
func anyIsBad() step { return step{1, red} }

// beside fits panels into one line.
func beside(panels ...panel) []panel {
	for i := range panels {
		panels[i].width = fullLine / uint32(len(panels))
	}
	return panels
}

// thresholds begins green below the first step.
func (p panel) thresholds() *dashboard.ThresholdsConfigBuilder {
	all := []dashboard.Threshold{{Color: green}}
	for _, s := range p.steps {
		all = append(all, dashboard.Threshold{Value: cog.ToPtr(s.from), Color: s.color})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(all)
}

func (p panel) build(id uint32, at dashboard.GridPos) cog.Builder[dashboard.Panel] {
	if p.custom != nil {
		return p.custom(p, id, at)
	}
	if p.line {
		return p.lines(id, at)
	}
	return stat.NewPanelBuilder().Id(id).GridPos(at).Title(p.title).Description(p.about).Unit(p.unit).
		Datasource(p.source).Thresholds(p.thresholds()).Targets(p.queries(true)).
		ColorMode(common.BigValueColorModeValue).GraphMode(common.BigValueGraphModeNone).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Values(false))
}

func (p panel) lines(id uint32, at dashboard.GridPos) cog.Builder[dashboard.Panel] {
	b := timeseries.NewPanelBuilder().Id(id).GridPos(at).Title(p.title).Description(p.about).Unit(p.unit).
		Datasource(p.source).Thresholds(p.thresholds()).Targets(p.queries(false)).
		Min(0).LineWidth(1).FillOpacity(10).ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).DisplayMode(common.LegendDisplayModeTable).
			Placement(common.LegendPlacementRight).Calcs([]string{"lastNotNull", "max"})).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending))
	if p.ceiling != nil {
		b.Max(*p.ceiling)
	}
	if len(p.steps) > 0 {
		b.ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(common.GraphThresholdsStyleModeDashed))
	}
	return b
}

func (p panel) queries(instant bool) (all []cog.Builder[variants.Dataquery]) {
	for i, q := range p.targets {
		target := prometheus.NewDataqueryBuilder().RefId("Q" + strconv.Itoa(i+1)).Expr(q.expr).Datasource(p.source)
		if q.legend != "" {
			target.LegendFormat(q.legend)
		}
		if instant {
			target.Instant()
		} else {
			target.Range()
		}
		all = append(all, target)
	}
	return all
}

// variable lets people choose among the values of a label. The query is Grafana's
// label_values(metric, label).
func variable(name, label, ask string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(metrics()).
		Query(dashboard.StringOrMap{String: cog.ToPtr(ask)}).Definition(ask).
		Multi(true).IncludeAll(true).AllValue(".*").Sort(dashboard.VariableSortAlphabeticalAsc).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).
		Current(dashboard.VariableOption{
			Text:  dashboard.StringOrArrayOfString{String: cog.ToPtr("All")},
			Value: dashboard.StringOrArrayOfString{String: cog.ToPtr("$__all")},
		})
}
