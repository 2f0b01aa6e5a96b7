package alertmanager

// Config is who hears of an alert, how, and when not.
type Config struct {
	SMTP         *SMTP  // nil means that no receiver has mail
	Timezone     string // of the quiet hours, an IANA name
	Watchdog     string // https address that is called while all is well; empty means none
	WaitSeconds  int    // for more of a bundle before its first message
	GroupMinutes int    // between messages about changes of a bundle
	RepeatHours  int    // between messages about a bundle that still fires
	Receivers    []Receiver
	Default      string  // receiver of every alert that no route takes
	Routes       []Route // the first that fits is taken
	QuietHours   []QuietHours
}

// SMTP is the relay, which asks for no login.
type SMTP struct {
	Smarthost  string // host:port
	From       string
	RequireTLS bool
}

// Receiver is somebody who is told, under a name that is neither nobody nor watchdog.
type Receiver struct {
	Name   string
	Emails []string
	Chat   int64 // id of a Telegram chat, 0 means none
}

// Route leads alerts to a receiver.
type Route struct {
	Receiver    string
	Severities  []string // values of label severity; none means every one
	Teams       []string // values of label team; none means every one
	Quiet       []string // names of QuietHours in which nothing is sent
	RepeatHours int      // 0 means that of Config
}

// QuietHours is a span of the day. It reaches over midnight when To is not after From.
type QuietHours struct {
	Name string
	From string   // HH:MM
	To   string   // HH:MM, not included
	Days []string // monday to sunday, the days it begins on; none means every day
}

// Receivers that are always there.
const (
	nobody   = "null"
	watchdog = "watchdog"
)
