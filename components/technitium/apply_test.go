package technitium

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// runScript runs the script against server, as the Job does, and gives its output and its error.
func runScript(t *testing.T, server *stub, password string, zones ...Zone) (string, error) {
	t.Helper()
	web := httptest.NewServer(server)
	defer web.Close()
	return runAgainst(t, web.URL, password, zones...)
}

func runAgainst(t *testing.T, url, password string, zones ...Zone) (string, error) {
	t.Helper()
	for _, tool := range []string{"sh", "curl"} {
		need.Program(t, tool)
	}
	dir := t.TempDir()
	for _, z := range zones {
		require.NoError(t, os.WriteFile(filepath.Join(dir, z.Name+".zone"), []byte(z.File()), 0o600))
	}
	secret := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(secret, []byte(password), 0o600))
	cmd := exec.Command("sh", "apply.sh")
	cmd.Env = append(os.Environ(), "API="+url, "PASSWORD_FILE="+secret, "ZONES="+dir, "FORWARDERS=192.0.2.1,192.0.2.2",
		"PROTOCOL=Tls", "RECURSION="+recursion, "RETRIES=0", "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func newStub(password string) *stub {
	return &stub{password: password, zones: map[string][]stubRecord{}, settings: map[string]string{}}
}

func names(records []stubRecord) []string {
	var all []string
	for _, r := range records {
		all = append(all, r.name+" "+r.typ+" "+r.data)
	}
	slices.Sort(all)
	return all
}

var home = Zone{"home.test", []Record{
	{Name: "@", Type: "NS", Value: "ns1"},
	{Name: "ns1", Type: "A", Value: "192.0.2.53"},
	{Name: "*", Type: "A", Value: "192.0.2.80"},
	{Name: "Grafana", Type: "A", Value: "192.0.2.80"},
}}

// oddPassword has what a shell, a form and an address would each like to change.
const oddPassword = `a&b=c "d" $e 'f' %41 +g\h`

func TestScriptCreatesAZone(t *testing.T) {
	server := newStub(oddPassword)
	out, err := runScript(t, server, oddPassword, home)
	require.NoError(t, err, out)
	assert.Equal(t, "zones: created home.test\nzones: wrote home.test\nzones: done\n", out)
	assert.Equal(t, []string{
		`*.home.test A {"ipAddress":"192.0.2.80"}`,
		`grafana.home.test A {"ipAddress":"192.0.2.80"}`,
		`home.test NS {"nameServer":"ns1"}`,
		`home.test SOA {"primaryNameServer":"default","serial":1}`,
		`ns1.home.test A {"ipAddress":"192.0.2.53"}`,
	}, names(server.zones["home.test"]))
	assert.Equal(t, map[string]string{
		"forwarders": "192.0.2.1,192.0.2.2", "forwarderProtocol": "Tls", "recursion": "AllowOnlyForPrivateNetworks",
	}, server.settings)
	assert.Equal(t, "user/logout", server.calls[len(server.calls)-1])
}

func TestScriptChangesNothingTheSecondTime(t *testing.T) {
	server := newStub("secret")
	_, err := runScript(t, server, "secret", home)
	require.NoError(t, err)
	before := names(server.zones["home.test"])
	out, err := runScript(t, server, "secret", home)
	require.NoError(t, err, out)
	assert.Equal(t, "zones: wrote home.test\nzones: done\n", out)
	assert.Equal(t, before, names(server.zones["home.test"]))
}

func TestScriptUndoesWhatPeopleChanged(t *testing.T) {
	server := newStub("secret")
	_, err := runScript(t, server, "secret", home)
	require.NoError(t, err)
	want := names(server.zones["home.test"])
	server.zones["other.test"] = []stubRecord{{"other.test", "A", `{"ipAddress":"192.0.2.9"}`}}
	server.zones["home.test"] = append(server.zones["home.test"],
		stubRecord{"old.home.test", "A", `{"ipAddress":"192.0.2.1"}`},
		stubRecord{"old.home.test", "A", `{"ipAddress":"192.0.2.2"}`},
		stubRecord{"grafana.home.test", "A", `{"ipAddress":"192.0.2.3"}`},
		stubRecord{"home.test", "MX", `{"preference":10,"exchange":"mail.home.test"}`},
		stubRecord{"_x._tcp.home.test", "SRV", `{"priority":1,"weight":2,"port":3,"target":"a.home.test"}`},
		stubRecord{"home.test", "TXT", `{"text":"v=spf1, a -all"}`},
		stubRecord{"home.test", "RRSIG", `{"typeCovered":"A"}`},
	)
	out, err := runScript(t, server, "secret", home)
	require.NoError(t, err, out)
	assert.Equal(t, "zones: removed old.home.test A\nzones: removed old.home.test A\nzones: removed home.test MX\n"+
		"zones: removed _x._tcp.home.test SRV\nzones: removed home.test TXT\nzones: wrote home.test\nzones: done\n", out)
	want = append(want, `home.test RRSIG {"typeCovered":"A"}`)
	slices.Sort(want)
	assert.Equal(t, want, names(server.zones["home.test"]))
	assert.Len(t, server.zones["other.test"], 1, "zones without a file are left alone")
}

func TestScriptTurnsAnAddressIntoAnAlias(t *testing.T) {
	server := newStub("secret")
	_, err := runScript(t, server, "secret", home)
	require.NoError(t, err)
	changed := Zone{home.Name, slices.Clone(home.Records)}
	changed.Records[3] = Record{Name: "grafana", Type: "CNAME", Value: "ns1"}
	out, err := runScript(t, server, "secret", changed)
	require.NoError(t, err, out)
	assert.Contains(t, names(server.zones["home.test"]), `grafana.home.test CNAME {"cname":"ns1"}`)
	assert.NotContains(t, names(server.zones["home.test"]), `grafana.home.test A {"ipAddress":"192.0.2.80"}`)
}

func TestScriptFailures(t *testing.T) {
	quoted := stubRecord{"home.test", "TXT", `{"text":"say \"hello\""}`}
	for name, c := range map[string]struct {
		password, broken string
		zones            []Zone
		have             []stubRecord
		want             string
	}{
		"wrong password": {password: "other", zones: []Zone{home}, want: "zones: user/login: the server refuses: Invalid " +
			"username or password for user: admin\nzones: the server keeps the password of its first start: set it in the console to"},
		"status 500":  {password: "secret", broken: "zones/list", zones: []Zone{home}, want: "zones: zones/list: no usable answer from http://127.0.0.1:"},
		"no file":     {password: "secret", want: "holds no zone file"},
		"unremovable": {password: "secret", zones: []Zone{home}, have: []stubRecord{quoted}, want: "zones: home.test TXT cannot be removed from outside: remove it in the console"},
	} {
		t.Run(name, func(t *testing.T) {
			server := newStub("secret")
			server.broken = c.broken
			if c.have != nil {
				server.zones["home.test"] = c.have
			}
			out, err := runScript(t, server, c.password, c.zones...)
			require.Error(t, err)
			assert.Contains(t, out, c.want)
			assert.NotContains(t, server.calls, "zones/import", "nothing is written after a failure")
		})
	}
	t.Run("no server", func(t *testing.T) {
		web := httptest.NewServer(newStub("secret"))
		web.Close()
		out, err := runAgainst(t, web.URL, "secret", home)
		require.Error(t, err)
		assert.Contains(t, out, "zones: user/login: no usable answer from "+web.URL)
		assert.NotContains(t, out, "password")
	})
}

func TestScriptIsClean(t *testing.T) {
	out, err := exec.Command(need.Program(t, "shellcheck"), "apply.sh").CombinedOutput()
	require.NoError(t, err, string(out))
}
