package rules

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// memory is the storage behind the engine. Prometheus' own would compile its whole configuration
// with the clients of three clouds.
type memory map[string]*one

type one struct {
	labels  labels.Labels
	samples []chunks.Sample
}

// load adds a series in the notation of promtool, a value each interval from the epoch on.
func (m memory) load(s series, interval time.Duration) error {
	set, values, err := parser.ParseSeriesDesc(s.Series + " " + s.Values)
	if err != nil {
		return fmt.Errorf("series %s: %w", s.Series, err)
	}
	for i, v := range values {
		if v.Histogram != nil {
			return fmt.Errorf("series %s: native histograms are not supported here", s.Series)
		}
		if !v.Omitted {
			m.add(set, time.Duration(i)*interval, v.Value)
		}
	}
	return nil
}

func (m memory) add(set labels.Labels, at time.Duration, v float64) {
	key := set.String()
	if m[key] == nil {
		m[key] = &one{labels: set}
	}
	m[key].samples = append(m[key].samples, point{at.Milliseconds(), v})
}

// Querier is the engine's way in.
func (m memory) Querier(_, _ int64) (storage.Querier, error) { return querier{m}, nil }

type querier struct{ memory }

func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found := &set{at: -1}
	for _, s := range q.memory {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.labels.Get(m.Name)) }) {
			found.all = append(found.all, storage.NewListSeries(s.labels, s.samples))
		}
	}
	slices.SortFunc(found.all, func(a, b storage.Series) int { return labels.Compare(a.Labels(), b.Labels()) })
	return found
}

func (querier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (querier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (querier) Close() error { return nil }

type set struct {
	all []storage.Series
	at  int
}

func (s *set) Next() bool                        { s.at++; return s.at < len(s.all) }
func (s *set) At() storage.Series                { return s.all[s.at] }
func (s *set) Err() error                        { return nil }
func (s *set) Warnings() annotations.Annotations { return nil }

type point struct {
	t int64
	v float64
}

func (p point) T() int64                      { return p.t }
func (p point) F() float64                    { return p.v }
func (p point) H() *histogram.Histogram       { return nil }
func (p point) FH() *histogram.FloatHistogram { return nil }
func (p point) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (p point) Copy() chunks.Sample           { return p }
