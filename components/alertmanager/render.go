package alertmanager

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// The parts of Alertmanager's own format (0.28) that are used here.
type (
	file struct {
		Global    global         `yaml:"global"`
		Route     route          `yaml:"route"`
		Receivers []receiver     `yaml:"receivers"`
		Inhibit   []inhibition   `yaml:"inhibit_rules"`
		Intervals []timeInterval `yaml:"time_intervals,omitempty"`
	}
	global struct {
		Smarthost  string `yaml:"smtp_smarthost,omitempty"`
		From       string `yaml:"smtp_from,omitempty"`
		RequireTLS *bool  `yaml:"smtp_require_tls,omitempty"`
	}
	route struct {
		Receiver       string   `yaml:"receiver"`
		Matchers       []string `yaml:"matchers,omitempty"`
		GroupBy        []string `yaml:"group_by,omitempty"`
		GroupWait      string   `yaml:"group_wait,omitempty"`
		GroupInterval  string   `yaml:"group_interval,omitempty"`
		RepeatInterval string   `yaml:"repeat_interval,omitempty"`
		Mute           []string `yaml:"mute_time_intervals,omitempty"`
		Routes         []route  `yaml:"routes,omitempty"`
	}
	receiver struct {
		Name     string     `yaml:"name"`
		Email    []email    `yaml:"email_configs,omitempty"`
		Telegram []telegram `yaml:"telegram_configs,omitempty"`
		Webhook  []webhook  `yaml:"webhook_configs,omitempty"`
	}
	email struct {
		To       string `yaml:"to"`
		Resolved bool   `yaml:"send_resolved"`
	}
	telegram struct {
		TokenFile string `yaml:"bot_token_file"`
		Chat      int64  `yaml:"chat_id"`
		ParseMode string `yaml:"parse_mode"`
		Message   string `yaml:"message"`
		Resolved  bool   `yaml:"send_resolved"`
	}
	webhook struct {
		URL      string `yaml:"url"`
		Resolved bool   `yaml:"send_resolved"`
	}
	inhibition struct {
		Source []string `yaml:"source_matchers"`
		Target []string `yaml:"target_matchers"`
		Equal  []string `yaml:"equal"`
	}
)

// message stays below Telegram's limit of 4096 characters: what is cut off there may end within a
// tag, and such a message is refused as a whole.
const message = `{{ range $i, $a := .Alerts }}{{ if lt $i 8 -}}
<b>{{ $a.Status }} {{ $a.Labels.severity }}</b> {{ or $a.Annotations.summary $a.Labels.alertname }}
{{ $a.Annotations.description }}
{{ with or $a.Annotations.runbook $a.Annotations.runbook_url }}{{ . }}{{ end }}
{{ end }}{{ end }}{{ if gt (len .Alerts) 8 }}{{ len .Alerts }} alerts in all{{ end }}`

// Render gives the text of alertmanager.yaml. tokenFile is where the server finds the bot's token.
func (c Config) Render(tokenFile string) (string, error) {
	f := file{Route: c.root(), Receivers: c.receivers(tokenFile), Inhibit: inhibitions(), Intervals: c.intervals()}
	if s := c.SMTP; s != nil {
		f.Global = global{Smarthost: s.Smarthost, From: s.From, RequireTLS: &s.RequireTLS}
	}
	text := &strings.Builder{}
	encoder := yaml.NewEncoder(text)
	encoder.SetIndent(2)
	if err := encoder.Encode(f); err != nil {
		return "", fmt.Errorf("%s: %w", ConfigKey, err)
	}
	return text.String(), encoder.Close()
}

// root holds what is common to all routes and leads what is no alert away before the others see it.
func (c Config) root() route {
	always := route{Receiver: nobody, Matchers: []string{`alertname="Watchdog"`}}
	if c.Watchdog != "" {
		always = route{
			Receiver: watchdog, Matchers: always.Matchers,
			GroupWait: "0s", GroupInterval: "1m", RepeatInterval: "5m",
		}
	}
	r := route{
		Receiver: c.Default, GroupBy: []string{"alertname", "namespace", "team"},
		GroupWait: fmt.Sprintf("%ds", c.WaitSeconds), GroupInterval: fmt.Sprintf("%dm", c.GroupMinutes),
		RepeatInterval: fmt.Sprintf("%dh", c.RepeatHours),
		// Alerts of severity none are tools of kube-prometheus-stack's own rules.
		Routes: []route{always, {Receiver: nobody, Matchers: []string{`severity="none"`}}},
	}
	for _, to := range c.Routes {
		one := route{Receiver: to.Receiver, Mute: to.Quiet}
		one.Matchers = append(anyOf("severity", to.Severities), anyOf("team", to.Teams)...)
		if to.RepeatHours > 0 {
			one.RepeatInterval = fmt.Sprintf("%dh", to.RepeatHours)
		}
		r.Routes = append(r.Routes, one)
	}
	return r
}

// anyOf matches a label that has one of the values; no value means that everything matches.
func anyOf(label string, values []string) []string {
	if len(values) == 0 {
		return nil
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = regexp.QuoteMeta(v)
	}
	return []string{fmt.Sprintf("%s=~%q", label, strings.Join(quoted, "|"))}
}

func (c Config) receivers(tokenFile string) []receiver {
	all := []receiver{{Name: nobody}}
	if c.Watchdog != "" {
		all = append(all, receiver{Name: watchdog, Webhook: []webhook{{URL: c.Watchdog}}})
	}
	for _, to := range c.Receivers {
		r := receiver{Name: to.Name}
		for _, address := range to.Emails {
			r.Email = append(r.Email, email{To: address, Resolved: true})
		}
		if to.Chat != 0 {
			r.Telegram = []telegram{{TokenFile: tokenFile, Chat: to.Chat, ParseMode: "HTML", Message: message, Resolved: true}}
		}
		all = append(all, r)
	}
	return all
}

// inhibitions keep the milder of two alerts back that say the same of one namespace.
func inhibitions() []inhibition {
	same := []string{"alertname", "namespace"}
	return []inhibition{
		{Source: []string{`severity="critical"`}, Target: []string{`severity=~"warning|info"`}, Equal: same},
		{Source: []string{`severity="warning"`}, Target: []string{`severity="info"`}, Equal: same},
	}
}
