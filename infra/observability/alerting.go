package observability

import (
	"net"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/components/alertmanager"
	"github.com/streamforge/infrastructure/components/prometheus"
	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/stacks/config"
)

// alerting stores the configuration of Alertmanager. token is used only when a receiver has a chat.
func alerting(ctx *pulumi.Context, c config.Alerting, mail security.Mail, token pulumi.StringOutput, ns pulumi.StringInput,
	opts ...pulumi.ResourceOption) (*alertmanager.Alertmanager, error) {
	a := alertmanager.Args{Namespace: ns, Secret: prometheus.AlertmanagerConfig, Config: routing(c, mail)}
	if c.Telegram() {
		a.Token = token
	}
	return alertmanager.New(ctx, "alertmanager", a, opts...)
}

// routing says the section in the component's words.
func routing(c config.Alerting, mail security.Mail) alertmanager.Config {
	to := alertmanager.Config{
		Timezone: c.Timezone, Watchdog: c.Watchdog, Default: c.Default, WaitSeconds: c.Intervals.WaitSeconds,
		GroupMinutes: c.Intervals.GroupMinutes, RepeatHours: c.Intervals.RepeatHours,
	}
	if c.MailFrom != "" {
		to.SMTP = &alertmanager.SMTP{Smarthost: net.JoinHostPort(mail.Host, strconv.Itoa(mail.Port)), From: c.MailFrom}
	}
	for _, r := range c.Receivers {
		to.Receivers = append(to.Receivers, alertmanager.Receiver{Name: r.Name, Emails: r.Emails, Chat: r.TelegramChat})
	}
	for _, r := range c.Routes {
		one := alertmanager.Route{Receiver: r.Receiver, Teams: r.Teams, Quiet: r.Quiet, RepeatHours: r.RepeatHours}
		for _, s := range r.Severities {
			one.Severities = append(one.Severities, string(s))
		}
		to.Routes = append(to.Routes, one)
	}
	for _, q := range c.Quiet {
		to.QuietHours = append(to.QuietHours, alertmanager.QuietHours(q))
	}
	return to
}
