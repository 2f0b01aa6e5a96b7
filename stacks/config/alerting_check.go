package config

import (
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a zone is checked by the same table everywhere, also where the system has none

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

var (
	clock         = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	telegramToken = regexp.MustCompile(`^[0-9]{6,12}:[A-Za-z0-9_-]{30,50}$`)
	// Receivers that the platform makes up: nobody, and the service behind alerting.watchdog.
	takenReceivers = []string{"null", "watchdog"}
)

// Validate checks the section by itself.
func (a Alerting) Validate(at Path) (errs []error) {
	if _, err := time.LoadLocation(a.Timezone); err != nil || a.Timezone == "" || a.Timezone == "Local" {
		errs = append(errs, at.Errorf("timezone", "must be an IANA time zone such as Europe/Berlin, got %q", a.Timezone))
	}
	if a.Watchdog != "" && !httpsURL(a.Watchdog, false) {
		errs = append(errs, at.Errorf("watchdog", "must be an https address, got %q", a.Watchdog))
	}
	if a.MailFrom != "" {
		errs = append(errs, matches(at, "mailFrom", a.MailFrom, mailAddress, "a mail address")...)
	}
	here := at.Field("intervals")
	errs = append(errs, between(here, "waitSeconds", a.Intervals.WaitSeconds, 0, 3600, " seconds")...)
	errs = append(errs, between(here, "groupMinutes", a.Intervals.GroupMinutes, 1, 1440, " minutes")...)
	errs = append(errs, between(here, "repeatHours", a.Intervals.RepeatHours, 1, 168, " hours")...)
	receivers, problems := a.checkReceivers(at)
	errs = append(errs, problems...)
	quiet, problems := a.checkQuiet(at.Field("quiet"))
	errs = append(errs, problems...)
	if _, known := receivers[a.Default]; !known {
		errs = append(errs, at.Errorf("default", "%q is not one of %s", a.Default, at.Field("receivers")))
	}
	for i, r := range a.Routes {
		errs = append(errs, r.validate(at.Field("routes").Index(i), receivers, quiet)...)
	}
	return append(errs, a.checkShadows(at.Field("routes"))...)
}

func (a Alerting) checkReceivers(at Path) (unique[string], []error) {
	var errs []error
	names := unique[string]{}
	for i, r := range a.Receivers {
		here := at.Field("receivers").Index(i)
		if err := names.add(r.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, matches(here, "name", r.Name, label, "lower-case letters, digits and dashes")...)
		if slices.Contains(takenReceivers, r.Name) {
			errs = append(errs, here.Errorf("name", "%s is a name of the platform's own", r.Name))
		}
		if len(r.Emails) == 0 && r.TelegramChat == 0 {
			errs = append(errs, here.Errorf("", "%s has neither emails nor telegramChat: nobody would be told", r.Name))
		}
		if len(r.Emails) > 0 && a.MailFrom == "" {
			errs = append(errs, here.Errorf("emails", "needs %s: mail has a sender", at.Field("mailFrom")))
		}
		addresses := unique[string]{}
		for j, e := range r.Emails {
			to := here.Field("emails").Index(j)
			errs = append(errs, matches(to, "", e, mailAddress, "a mail address")...)
			if err := addresses.add(e, to); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return names, errs
}

func (a Alerting) checkQuiet(at Path) (unique[string], []error) {
	var errs []error
	names := unique[string]{}
	for i, q := range a.Quiet {
		here := at.Index(i)
		if err := names.add(q.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, matches(here, "name", q.Name, label, "lower-case letters, digits and dashes")...)
		errs = append(errs, matches(here, "from", q.From, clock, "a time such as 22:00")...)
		errs = append(errs, matches(here, "to", q.To, clock, "a time such as 07:00")...)
		days := unique[string]{}
		for j, d := range q.Days {
			if !slices.Contains(Weekdays(), d) {
				errs = append(errs, here.Field("days").Index(j).Errorf("", "must be one of %s, got %q", strings.Join(Weekdays(), ", "), d))
			}
			if err := days.add(d, here.Field("days").Index(j)); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return names, errs
}

func (r AlertRoute) validate(at Path, receivers, quiet unique[string]) (errs []error) {
	if _, known := receivers[r.Receiver]; !known {
		errs = append(errs, at.Errorf("receiver", "%q is not one of alerting.receivers", r.Receiver))
	}
	for i, s := range r.Severities {
		if !slices.Contains(Severities(), s) {
			errs = append(errs, at.Field("severities").Index(i).Errorf("", "must be one of critical, warning, info, got %q", s))
		}
	}
	for i, t := range r.Teams {
		errs = append(errs, matches(at.Field("teams").Index(i), "", t, label, "lower-case letters, digits and dashes")...)
	}
	for i, q := range r.Quiet {
		if _, known := quiet[q]; !known {
			errs = append(errs, at.Field("quiet").Index(i).Errorf("", "%q is not one of alerting.quiet", q))
		}
	}
	if len(r.Quiet) > 0 && r.takes(Critical) {
		errs = append(errs, at.Errorf("quiet", "would keep critical alerts back: name severities without it, and lead it by a route of its own"))
	}
	return append(errs, between(at, "repeatHours", r.RepeatHours, 0, 168, " hours")...)
}

// takes tells whether the route fits alerts of that severity, whoever's they are.
func (r AlertRoute) takes(s Severity) bool {
	return len(r.Severities) == 0 || slices.Contains(r.Severities, s)
}

// checkShadows finds routes that can never be taken, because one before them fits all that they fit.
func (a Alerting) checkShadows(at Path) (errs []error) {
	for i, r := range a.Routes {
		j := slices.IndexFunc(a.Routes[:i], func(first AlertRoute) bool {
			return within(r.Severities, first.Severities) && within(r.Teams, first.Teams)
		})
		if j >= 0 {
			errs = append(errs, at.Index(i).Errorf("", "is never taken: %s fits everything that it fits and stands before it", at.Index(j)))
		}
	}
	return errs
}

// within tells whether all of inner is part of outer; an empty list stands for everything.
func within[T comparable](inner, outer []T) bool {
	if len(outer) == 0 {
		return true
	}
	return len(inner) > 0 && !slices.ContainsFunc(inner, func(v T) bool { return !slices.Contains(outer, v) })
}

// loadTelegramToken reads the secret of the bot where a receiver needs it. Its value is in no message.
func (c *Config) loadTelegramToken(ctx *pulumi.Context, src *config.Config) error {
	if !c.Handover.Cluster || !c.Alerting.Telegram() { // before that nothing of the section is made
		return nil
	}
	token, ok := ctx.GetConfig(ctx.Project() + ":telegramToken")
	switch {
	case !ok:
		return Path("telegramToken").Errorf("", "missing although alerting.receivers has a telegramChat; "+
			"create a bot with @BotFather and run `pulumi config set --secret telegramToken`, which asks for it: id:key")
	case !telegramToken.MatchString(token):
		return Path("telegramToken").Errorf("", "must have the form id:key, as @BotFather gives it")
	}
	c.Secrets.TelegramToken = src.GetSecret("telegramToken")
	return nil
}
