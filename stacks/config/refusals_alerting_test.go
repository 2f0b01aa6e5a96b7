package config

import "testing"

func TestAlertingRefusals(t *testing.T) { refuse(t, alertingRefusals) }

const heldBack = "would keep critical alerts back: name severities without it, and lead it by a route of its own"

var alertingRefusals = map[string]refusal{
	"no time zone": {edits{"alerting.timezone": ""}, []string{
		`alerting.timezone: must be an IANA time zone such as Europe/Berlin, got ""`}},
	"that of the pod": {edits{"alerting.timezone": "Local"}, []string{
		`alerting.timezone: must be an IANA time zone such as Europe/Berlin, got "Local"`}},
	"unknown time zone": {edits{"alerting.timezone": "Europe/Petersburg"}, []string{
		`alerting.timezone: must be an IANA time zone such as Europe/Berlin, got "Europe/Petersburg"`}},
	"watchdog in clear": {edits{"alerting.watchdog": "http://hc.example.org/x"}, []string{
		`alerting.watchdog: must be an https address, got "http://hc.example.org/x"`}},
	"sender": {edits{"alerting.mailFrom": "alerts"}, []string{
		`alerting.mailFrom: must be a mail address, got "alerts"`}},
	"sender that the relay refuses": {edits{"alerting.mailFrom": "alerts@example.org"}, []string{
		"alerting.mailFrom: alerts@example.org is not in one of mail.senders, the relay would refuse it"}},
	"relay that refuses Alertmanager": {edits{"mail.clients": []any{"keycloak"}}, []string{
		"mail.clients: must name monitoring, which sends as alerting.mailFrom"}},
	"mail without a sender": {edits{"alerting.mailFrom": nil}, []string{
		"alerting.receivers[1].emails: needs alerting.mailFrom: mail has a sender",
		"alerting.receivers[2].emails: needs alerting.mailFrom: mail has a sender"}},
	"intervals": {edits{"alerting.intervals.waitSeconds": -1, "alerting.intervals.groupMinutes": 0, "alerting.intervals.repeatHours": 169}, []string{
		"alerting.intervals.waitSeconds: must be 0 to 3600 seconds, got -1",
		"alerting.intervals.groupMinutes: must be 1 to 1440 minutes, got 0",
		"alerting.intervals.repeatHours: must be 1 to 168 hours, got 169"}},
	"receiver that reaches nobody": {edits{"alerting.receivers[0]": map[string]any{"name": "platform-chat"}}, []string{
		"alerting.receivers[0]: platform-chat has neither emails nor telegramChat: nobody would be told"}},
	"names of receivers": {edits{"alerting.receivers[0].name": "null", "alerting.receivers[1].name": "Mail",
		"alerting.receivers[2].name": "null", "alerting.default": "null", "alerting.routes": []any{}}, []string{
		"alerting.receivers[0].name: null is a name of the platform's own",
		`alerting.receivers[1].name: must be lower-case letters, digits and dashes, got "Mail"`,
		"alerting.receivers[2].name: null is already used by alerting.receivers[0].name",
		"alerting.receivers[2].name: null is a name of the platform's own"}},
	"addresses": {edits{"alerting.receivers[1].emails": []any{"me", "a@b.c", "a@b.c"}}, []string{
		`alerting.receivers[1].emails[0]: must be a mail address, got "me"`,
		"alerting.receivers[1].emails[2]: a@b.c is already used by alerting.receivers[1].emails[1]"}},
	"chat as text": {edits{"alerting.receivers[0].telegramChat": "-100"}, []string{
		`alerting.receivers[0].telegramChat: must be a whole number, got "-100"`}},
	"default unknown": {edits{"alerting.default": "boss"}, []string{
		`alerting.default: "boss" is not one of alerting.receivers`}},
	"route": {edits{"alerting.routes[3]": map[string]any{"receiver": "boss", "severities": []any{"page"},
		"teams": []any{"Data"}, "quiet": []any{"lunch"}, "repeatHours": 200}}, []string{
		`alerting.routes[3].receiver: "boss" is not one of alerting.receivers`,
		`alerting.routes[3].severities[0]: must be one of critical, warning, info, got "page"`,
		`alerting.routes[3].teams[0]: must be lower-case letters, digits and dashes, got "Data"`,
		`alerting.routes[3].quiet[0]: "lunch" is not one of alerting.quiet`,
		"alerting.routes[3].repeatHours: must be 0 to 168 hours, got 200"}},
	"critical alerts in quiet hours": {edits{"alerting.routes[1].quiet": []any{"nights"},
		"alerting.routes[3].severities": nil}, []string{
		"alerting.routes[1].quiet: " + heldBack, "alerting.routes[3].quiet: " + heldBack}},
	"route that is never taken": {edits{"alerting.routes[0].severities": nil}, []string{
		"alerting.routes[2]: is never taken: alerting.routes[0] fits everything that it fits and stands before it"}},
	"route behind one for everybody": {edits{"alerting.routes[0].teams": nil}, []string{
		"alerting.routes[1]: is never taken: alerting.routes[0] fits everything that it fits and stands before it"}},
	"quiet hours": {edits{"alerting.quiet": []any{
		map[string]any{"name": "nights", "from": "24:00", "to": "8:00"},
		map[string]any{"name": "nights", "from": "22:00", "to": "08:00"},
		map[string]any{"name": "Week end", "from": "08:00", "to": "22:00", "days": []any{"sat", "sunday", "sunday"}},
		map[string]any{"name": "weekend", "from": "08:00", "to": "22:00"}}}, []string{
		`alerting.quiet[0].from: must be a time such as 22:00, got "24:00"`,
		`alerting.quiet[0].to: must be a time such as 07:00, got "8:00"`,
		"alerting.quiet[1].name: nights is already used by alerting.quiet[0].name",
		`alerting.quiet[2].name: must be lower-case letters, digits and dashes, got "Week end"`,
		`alerting.quiet[2].days[0]: must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday, got "sat"`,
		"alerting.quiet[2].days[2]: sunday is already used by alerting.quiet[2].days[1]"}},
}
