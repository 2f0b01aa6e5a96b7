package cert_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/util/jsonpath"
	"sigs.k8s.io/yaml"
)

// fakeKubectl is the kubectl that the script finds on PATH: this test binary under that
// name. It keeps one CertificateRequest as a file and evaluates the script's own JSONPath
// templates, so that a wrong template fails the tests.
type fakeKubectl struct {
	dir  string // state: calls, request.json
	mode string // what goes wrong; empty means nothing does
}

// refusals are kubectl's answers by mode and verb, as the real one words them.
var refusals = map[string]map[string]string{
	"no-issuer":    {"issuer": `Error from server (NotFound): clusterissuers.cert-manager.io "homelab-ca-issuer" not found`},
	"no-manager":   {"issuer": `error: the server doesn't have a resource type "clusterissuer"`},
	"unauthorized": {"issuer": `error: You must be logged in to the server (Unauthorized)`},
	"down": {"issuer": "E1122 19:41:07.000001    4711 memcache.go:265] \"Unhandled Error\" err=\"couldn't get current server API group list\"\n" +
		"The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?"},
	"issuer-hidden": {"issuer": `Error from server (Forbidden): clusterissuers.cert-manager.io "homelab-ca-issuer" is forbidden: User "ci" cannot get resource`},
	"no-namespace":  {"create": `Error from server (NotFound): error when creating "STDIN": namespaces "default" not found`},
	"forbidden":     {"create": `Error from server (Forbidden): error when creating "STDIN": certificaterequests.cert-manager.io is forbidden: User "ci" cannot create resource`},
	"webhook":       {"create": `Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "webhook.cert-manager.io": no endpoints available`},
	"invalid":       {"create": `Error from server: error when creating "STDIN": admission webhook "webhook.cert-manager.io" denied the request: spec.request: Invalid value`},
	"lost":          {"create": `error when creating "STDIN": Post "https://127.0.0.1:6443/apis": EOF`},
	"no-watch":      {"watch": `Error from server (Forbidden): certificaterequests.cert-manager.io "x" is forbidden: User "ci" cannot watch resource`},
	"gone":          {"watch": `Error from server (NotFound): certificaterequests.cert-manager.io "x" not found`},
	"no-delete":     {"delete": `Error from server (Forbidden): certificaterequests.cert-manager.io "x" is forbidden: User "ci" cannot delete resource`},
}

// kubectlMain runs one kubectl command and returns its exit code.
func kubectlMain() int {
	k := fakeKubectl{dir: os.Getenv("FAKE_DIR"), mode: os.Getenv("FAKE_MODE")}
	if err := k.run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (k fakeKubectl) run(args []string) error {
	all := strings.Join(args, " ")
	verb := map[bool]string{true: "watch"}[strings.Contains(all, " --watch ")]
	switch {
	case verb == "watch":
	case strings.Contains(all, " get clusterissuer.cert-manager.io "), strings.Contains(all, " get issuer."):
		verb = "issuer"
	default:
		for _, v := range []string{"get", "create", "delete"} {
			if strings.Contains(all, " "+v+" ") {
				verb = v
			}
		}
	}
	before, err := k.record(verb + ": " + all)
	if err != nil {
		return err
	}
	if text := refusals[k.mode][verb]; text != "" {
		if k.mode == "lost" { // accepted, and the connection breaks before the answer
			return errors.Join(k.create(), errors.New(text))
		}
		return errors.New(text)
	}
	_, template, _ := strings.Cut(all, "jsonpath=")
	template, _, _ = strings.Cut(template, " --")
	switch verb {
	case "issuer":
		return nil
	case "create":
		return k.create()
	case "watch":
		if k.mode == "flaky" && !strings.Contains(before, "watch:") {
			return errors.New("Unable to connect to the server: EOF")
		}
		return k.watch(template)
	case "get":
		object, err := k.load()
		if err != nil {
			return err
		}
		return show(template, object)
	case "delete":
		return os.RemoveAll(filepath.Join(k.dir, "request.json")) // --ignore-not-found
	}
	return fmt.Errorf("unexpected kubectl %s", all)
}

// record appends to the list of calls and returns what it held before.
func (k fakeKubectl) record(call string) (string, error) {
	path := filepath.Join(k.dir, "calls")
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return string(before), os.WriteFile(path, []byte(string(before)+call+"\n"), 0o600)
}

func (k fakeKubectl) create() error {
	manifest, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(k.dir, "manifest.yaml"), manifest, 0o600); err != nil {
		return err
	}
	var object map[string]any
	if err := yaml.UnmarshalStrict(manifest, &object); err != nil {
		return err
	}
	return k.save(object)
}

// watch tells the story of the request event by event, then stays open as a watch does.
func (k fakeKubectl) watch(template string) error {
	object, err := k.load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	event := func(kind string, conditions ...any) error {
		status, _ := object["status"].(map[string]any)
		if status == nil {
			status = map[string]any{}
			object["status"] = status
		}
		if len(conditions) > 0 {
			status["conditions"] = conditions
		}
		if err := k.save(object); err != nil {
			return err
		}
		return show(template, map[string]any{"type": kind, "object": object})
	}
	if err := event("ADDED"); err != nil {
		return err
	}
	if err := k.answer(object, event); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(30 * time.Second): // never outlive a broken test for long
	}
	return nil
}

func (k fakeKubectl) save(object map[string]any) error {
	data, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(k.dir, "request.json"), data, 0o600)
}

func (k fakeKubectl) load() (map[string]any, error) {
	data, err := os.ReadFile(filepath.Join(k.dir, "request.json"))
	if err != nil {
		return nil, fmt.Errorf("Error from server (NotFound): %w", err)
	}
	var object map[string]any
	return object, json.Unmarshal(data, &object)
}

// show prints an object the way `kubectl -o jsonpath=` does.
func show(template string, object any) error {
	path := jsonpath.New("out").AllowMissingKeys(true)
	if err := path.Parse(template); err != nil {
		return err
	}
	return path.Execute(os.Stdout, object)
}
