package rules

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
	"gopkg.in/yaml.v3"
)

// The part of promtool's format for unit tests that is used here. An unknown field is refused, so
// that every file also runs with `promtool test rules`.
type (
	testFile struct {
		Rules    []string       `yaml:"rule_files"`
		Interval model.Duration `yaml:"evaluation_interval"`
		Tests    []testCase     `yaml:"tests"`
	}
	testCase struct {
		Name     string         `yaml:"name"`
		Interval model.Duration `yaml:"interval"`
		Series   []series       `yaml:"input_series"`
		Alerts   []alertTest    `yaml:"alert_rule_test"`
	}
	series struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	}
	alertTest struct {
		At   model.Duration `yaml:"eval_time"`
		Name string         `yaml:"alertname"`
		Want []alert        `yaml:"exp_alerts,omitempty"`
	}
	alert struct {
		Labels      map[string]string `yaml:"exp_labels"`
		Annotations map[string]string `yaml:"exp_annotations"`
	}
)

// read reads a test file and its rules.
func read(file string) (testFile, []rulefmt.RuleGroup, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return testFile{}, nil, err
	}
	var f testFile
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return f, nil, fmt.Errorf("%s: %w", file, err)
	}
	var groups []rulefmt.RuleGroup
	for _, name := range f.Rules {
		parsed, errs := rulefmt.ParseFile(filepath.Join(filepath.Dir(file), name), false)
		if len(errs) > 0 {
			return f, nil, errors.Join(errs...)
		}
		groups = append(groups, parsed.Groups...)
	}
	return f, groups, nil
}

// firing is what a rule says, by the labels of its result: since when, and how.
type firing map[string]struct {
	since time.Duration
	alert alert
}

// run is one test under way.
type run struct {
	engine *promql.Engine
	memory memory
	active map[*rulefmt.Rule]firing
}

// fires gives the alerts of that name after evaluating all rules each step from the epoch to the time at.
func fires(groups []rulefmt.RuleGroup, test testCase, name string, at, step time.Duration) ([]alert, error) {
	r := run{memory: memory{}, active: map[*rulefmt.Rule]firing{}, engine: promql.NewEngine(promql.EngineOpts{
		Timeout: time.Minute, MaxSamples: 1e6, LookbackDelta: 5 * time.Minute,
	})}
	for _, s := range test.Series {
		if err := r.memory.load(s, time.Duration(test.Interval)); err != nil {
			return nil, err
		}
	}
	for now := time.Duration(0); now <= at; now += step {
		for g := range groups {
			for i := range groups[g].Rules {
				if err := r.step(&groups[g].Rules[i], now); err != nil {
					return nil, err
				}
			}
		}
	}
	all := []alert{}
	for rule, active := range r.active {
		for _, a := range active {
			if rule.Alert == name && at-a.since >= time.Duration(rule.For) {
				all = append(all, a.alert)
			}
		}
	}
	return all, nil
}

// step evaluates one rule as the server does: an alert that is absent once begins anew.
func (r run) step(rule *rulefmt.Rule, now time.Duration) error {
	result, err := r.query(context.Background(), rule.Expr, time.UnixMilli(now.Milliseconds()))
	if err != nil {
		return fmt.Errorf("%s%s: %w", rule.Record, rule.Alert, err)
	}
	next := firing{}
	for _, sample := range result {
		if rule.Record != "" {
			set := labels.NewBuilder(sample.Metric).Set(labels.MetricName, rule.Record)
			for name, value := range rule.Labels {
				set.Set(name, value)
			}
			r.memory.add(set.Labels(), now, sample.F)
			continue
		}
		key := sample.Metric.String()
		a, known := r.active[rule][key]
		if !known {
			a.since = now
		}
		if a.alert, err = r.say(rule, sample, now); err != nil {
			return err
		}
		next[key] = a
	}
	if rule.Alert != "" {
		r.active[rule] = next
	}
	return nil
}

func (r run) query(ctx context.Context, expr string, at time.Time) (promql.Vector, error) {
	q, err := r.engine.NewInstantQuery(ctx, r.memory, nil, expr, at)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	return q.Exec(ctx).Vector()
}

// say fills in the templates of an alert.
func (r run) say(rule *rulefmt.Rule, sample promql.Sample, now time.Duration) (alert, error) {
	own := labels.NewBuilder(sample.Metric).Del(labels.MetricName).Labels().Map()
	data := template.AlertTemplateData(own, nil, "", sample)
	fill := func(texts, into map[string]string) (map[string]string, error) {
		for name, text := range texts {
			const names = "{{$labels := .Labels}}{{$value := .Value}}"
			out, err := template.NewTemplateExpander(context.Background(), names+text, rule.Alert, data,
				model.Time(now.Milliseconds()), r.query, &url.URL{}, nil).Expand()
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", rule.Alert, name, err)
			}
			into[name] = out
		}
		return into, nil
	}
	set, err := fill(rule.Labels, own)
	if err != nil {
		return alert{}, err
	}
	said, err := fill(rule.Annotations, map[string]string{})
	return alert{Labels: set, Annotations: said}, err
}
