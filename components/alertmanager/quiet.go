package alertmanager

import "slices"

type (
	timeInterval struct {
		Name  string  `yaml:"name"`
		Spans []spans `yaml:"time_intervals"`
	}
	spans struct {
		Times    []span   `yaml:"times"`
		Weekdays []string `yaml:"weekdays,omitempty"`
		Location string   `yaml:"location"`
	}
	span struct {
		Start string `yaml:"start_time"`
		End   string `yaml:"end_time"`
	}
)

const midnight = "00:00"

var week = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// intervals gives the quiet hours in Alertmanager's form, which knows no span over midnight.
func (c Config) intervals() (all []timeInterval) {
	for _, q := range c.QuietHours {
		one := timeInterval{Name: q.Name}
		if q.From < q.To {
			one.Spans = []spans{{[]span{{q.From, q.To}}, q.Days, c.Timezone}}
		} else {
			one.Spans = []spans{{[]span{{q.From, "24:00"}}, q.Days, c.Timezone}}
			if q.To != midnight {
				one.Spans = append(one.Spans, spans{[]span{{midnight, q.To}}, nextDays(q.Days), c.Timezone})
			}
		}
		all = append(all, one)
	}
	return all
}

// nextDays gives the day after each day.
func nextDays(days []string) (next []string) {
	for _, d := range days {
		next = append(next, week[(slices.Index(week, d)+1)%len(week)])
	}
	return next
}
