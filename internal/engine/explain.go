package engine

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// explain turns the error of a CLI run into a Problem. The order matters: what a person did comes
// first, then what the program said, then the known texts of the CLI, then the resources.
func (s *Stack) explain(ctx context.Context, what string, err error, sum *Summary) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return &Problem{Kind: Cancelled, What: what, Why: "cancelled" + left(sum),
			WayOut: "run it again to go on from there", Err: ctx.Err()}
	}
	// The engine hangs up on the program when a resource has failed: then the resource is the reason.
	hungUp := status.Code(s.program.err) == codes.Canceled && sum != nil && len(sum.Failures) > 0
	if s.program.err != nil && !hungUp {
		return s.programProblem(what)
	}
	out := s.cmd.last.stderr + "\n" + s.cmd.last.stdout
	for _, known := range []func(what, out string) *Problem{
		func(what, out string) *Problem { return s.locked(ctx, what, out) }, passphrase, missingPlugin, missingBackend, s.noStack,
	} {
		if p := known(what, out); p != nil {
			p.Err = err
			return p
		}
	}
	if sum != nil && len(sum.Failures) > 0 {
		return &Problem{Kind: Failed, What: what, Why: failures(sum.Failures), Err: err}
	}
	return &Problem{Kind: Failed, What: what, Why: firstError(out, err), Err: err}
}

// left tells how far a cancelled run came.
func left(sum *Summary) string {
	if sum == nil || sum.Operation == Preview || sum.Operation == RefreshPreview {
		return ""
	}
	text := fmt.Sprintf(", %d change(s) made and saved", sum.Changed())
	if ns := names(sum.Failures); len(ns) > 0 {
		text += fmt.Sprintf(", %d operation(s) stopped: %s", len(ns), strings.Join(ns, ", "))
	}
	if len(sum.Unfinished) > 0 {
		text += "; unfinished, and nobody knows whether it took effect: " + strings.Join(sum.Unfinished, ", ")
	}
	return text
}

func names(fs []Failure) (ns []string) {
	for _, f := range fs {
		if f.Label != "" {
			ns = append(ns, f.Label)
		}
	}
	return ns
}

// programProblem is the error that the program itself returned, unchanged: no stack trace, no echo.
func (s *Stack) programProblem(what string) *Problem {
	err := s.program.err
	if s.project.Refusal != nil {
		if refusal := s.project.Refusal(err); refusal != nil {
			return &Problem{Kind: Refused, What: what, Why: refusal.Error(), Err: err}
		}
	}
	return &Problem{Kind: Failed, What: what, Why: err.Error(), Err: err}
}

func passphrase(what, out string) *Problem {
	switch {
	case strings.Contains(out, "incorrect passphrase"):
		return &Problem{Kind: Failed, What: what, Why: "wrong passphrase: the stack's secrets do not open with it",
			WayOut: "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the one the stack was made with"}
	case strings.Contains(out, "passphrase must be set with"):
		return &Problem{Kind: Failed, What: what, Why: "no passphrase for the stack's secrets",
			WayOut: "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE"}
	case strings.Contains(out, "unable to open PULUMI_CONFIG_PASSPHRASE_FILE"):
		return &Problem{Kind: Failed, What: what, Why: firstError(out, nil),
			WayOut: "point PULUMI_CONFIG_PASSPHRASE_FILE at the file with the passphrase"}
	}
	return nil
}

var pluginName = regexp.MustCompile(`(?:no resource plugin|[Cc]ould not find plugin|no language plugin) ` +
	`'?(?:pulumi-resource-|pulumi-language-)?([a-z0-9-]+)'?`)

func missingPlugin(what, out string) *Problem {
	m := pluginName.FindStringSubmatch(out)
	if m == nil {
		return nil
	}
	return &Problem{Kind: NotReady, What: what,
		Why:    "the provider plugin " + m[1] + " is not in the tools folder nor in Pulumi's plugin folder",
		WayOut: "build it with `make tools`, or with a stock Pulumi: `pulumi plugin install`"}
}

func missingBackend(what, out string) *Problem {
	if !strings.Contains(out, "PULUMI_ACCESS_TOKEN must be set") {
		return nil
	}
	return &Problem{Kind: NotReady, What: what, Why: "no state backend is chosen",
		WayOut: "run `pulumi login file://DIR` (or s3://..., postgres://...), or set PULUMI_BACKEND_URL"}
}

func (s *Stack) noStack(what, out string) *Problem {
	if !strings.Contains(out, "no stack named ") {
		return nil
	}
	at := ""
	if u, err := url.Parse(backendOf(s.project)); err == nil && u.Scheme != "" {
		u.User, u.RawQuery = nil, "" // a password may be in either
		at = " " + u.String()
	}
	return &Problem{Kind: NotReady, What: what, Why: "the state backend" + at + " holds no stack " + s.project.Stack,
		WayOut: ToStack(s.project.Stack)}
}

// ToStack is the way out where a backend does not hold a stack.
func ToStack(name string) string {
	return "if it is the wrong one, set PULUMI_BACKEND_URL; a new stack begins with `pulumi stack init " + name + "`, see docs/deploy.md"
}

// failures lists failed resources, the message indented below each name.
func failures(fs []Failure) string {
	lines := []string{fmt.Sprintf("%d operation(s) failed", len(fs))}
	for _, f := range fs {
		head := f.Label
		if f.Layer != "" {
			head = f.Layer + ": " + f.Label
		}
		if f.Op != "" {
			head += " (" + f.Op + ")"
		}
		if head == "" {
			head = "engine"
		}
		lines = append(lines, "  "+head, indent(f.Message, "    "))
	}
	return strings.Join(lines, "\n")
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+by)
}

// firstError picks the line that says most out of the CLI's output.
func firstError(out string, err error) string {
	for l := range strings.Lines(out) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(l), "error: "); ok && text != "" {
			return text
		}
	}
	if text := strings.TrimSpace(out); text != "" {
		return lastLine(text)
	}
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return first
	}
	return "unknown reason"
}
