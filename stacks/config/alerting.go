package config

import "slices"

// Alerting is the `alerting` section: who hears of an alert, how, and when not.
type Alerting struct {
	MailFrom  string          `json:"mailFrom,omitempty"` // sender of alerts and of what Grafana writes, in one of mail.senders; empty means that neither sends mail
	Timezone  string          `json:"timezone"`           // of the quiet hours, an IANA name such as Europe/Berlin
	Watchdog  string          `json:"watchdog,omitempty"` // https address of a service that raises the alarm when it hears nothing for a while; empty means none
	Intervals AlertIntervals  `json:"intervals"`
	Receivers []AlertReceiver `json:"receivers"`
	Default   string          `json:"default"` // receiver of every alert that no route takes
	Routes    []AlertRoute    `json:"routes,omitempty"`
	Quiet     []QuietHours    `json:"quiet,omitempty"`
}

// AlertIntervals says how alerts are bundled. Alerts of one name, namespace and team go together.
type AlertIntervals struct {
	WaitSeconds  int `json:"waitSeconds"`  // for more of a bundle, before its first message
	GroupMinutes int `json:"groupMinutes"` // between messages about changes of a bundle
	RepeatHours  int `json:"repeatHours"`  // between messages about a bundle that still fires
}

// AlertReceiver is somebody who is told.
type AlertReceiver struct {
	Name         string   `json:"name"`
	Emails       []string `json:"emails,omitempty"`
	TelegramChat int64    `json:"telegramChat,omitempty"` // id of the chat, negative for groups; the bot must be a member. 0 means none
}

// AlertRoute leads alerts to a receiver. Routes are tried in their order and the first that fits is
// taken, so narrow ones stand first.
type AlertRoute struct {
	Receiver    string     `json:"receiver"`
	Severities  []Severity `json:"severities,omitempty"`  // critical, warning, info; none means every one
	Teams       []string   `json:"teams,omitempty"`       // values of the label team; none means every one
	Quiet       []string   `json:"quiet,omitempty"`       // names of alerting.quiet; what fires then is told when they end
	RepeatHours int        `json:"repeatHours,omitempty"` // 0 means that of alerting.intervals
}

// Severity is the label severity of an alert.
type Severity string

// The severities: what cannot wait for the morning, what can, and what is only worth knowing.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
	Info     Severity = "info"
)

// Severities lists them, the worst first.
func Severities() []Severity { return []Severity{Critical, Warning, Info} }

// QuietHours is a span of the day that may reach over midnight.
type QuietHours struct {
	Name string   `json:"name"`
	From string   `json:"from"`           // HH:MM
	To   string   `json:"to"`             // HH:MM, not included; not after from means on the next day
	Days []string `json:"days,omitempty"` // monday to sunday, the days it begins on; none means every day
}

// Weekdays lists the days by the names that quiet hours use.
func Weekdays() []string {
	return []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
}

// Telegram tells whether any receiver is a Telegram chat, which takes the secret telegramToken.
func (a Alerting) Telegram() bool {
	return slices.ContainsFunc(a.Receivers, func(r AlertReceiver) bool { return r.TelegramChat != 0 })
}
