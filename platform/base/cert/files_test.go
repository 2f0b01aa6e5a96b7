package cert_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestExistingFiles: files of an earlier run are replaced on request only.
func TestExistingFiles(t *testing.T) {
	b := newBench(t, "")
	require.Equal(t, 0, b.issue().code)
	key, ca := b.read("out", host+".key"), b.read("out", "ca.crt")
	calls := len(b.calls())

	r := b.issue()
	assert.Equal(t, 2, r.code)
	assert.Equal(t, "script.sh: error: bad input, nothing was done (--help explains the options)\n"+
		"  --out: \"TMP/out\" already has grafana.dmz.home.key, grafana.dmz.home.crt, grafana.dmz.home.fullchain.crt; "+
		"--force replaces, --out takes another folder\n", r.stderr)
	assert.Len(t, b.calls(), calls)
	assert.Equal(t, key, b.read("out", host+".key"))

	// The fake cluster has a new CA in each run: another certificate must not change ca.crt.
	r = b.run("--name", "kibana.dmz.home", "--out", b.out)
	assert.Equal(t, 6, r.code)
	assert.Contains(t, r.stderr, "script.sh: error: TMP/out/ca.crt holds another CA than the one that signed\n"+
		"  way out: take another --out, or --force if the CA has changed\n")
	assert.Equal(t, savedFiles, b.files())
	assert.Equal(t, ca, b.read("out", "ca.crt"))

	require.Equal(t, 0, b.issue("--force").code)
	assert.NotEqual(t, key, b.read("out", host+".key"))
	assert.NotEqual(t, ca, b.read("out", "ca.crt"))
	assert.Equal(t, savedFiles, b.files())
}

// TestStaleFullchain: a file that the new certificate has no use for must not stay behind.
func TestStaleFullchain(t *testing.T) {
	b := newBench(t, "ca-in-chain")
	b.write("out/"+host+".fullchain.crt", "old")
	require.Equal(t, 0, b.issue("--force").code)
	assert.NoFileExists(t, filepath.Join(b.out, host+".fullchain.crt"))
}

// TestFolderInTheWay: a folder under a file's name would swallow the file.
func TestFolderInTheWay(t *testing.T) {
	b := newBench(t, "")
	require.NoError(t, os.Mkdir(filepath.Join(b.out, host+".crt"), 0o755))
	r := b.issue("--force")
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.stderr, "\n  --out: \"TMP/out/grafana.dmz.home.crt\" is in the way and is not a regular file\n")
}

// TestUnwritable needs a user whom permissions bind.
func TestUnwritable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	b := newBench(t, "")
	require.NoError(t, os.Chmod(b.out, 0o555))
	r := b.issue()
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.stderr, "\n  --out: no permission to write into \"TMP/out\"\n")
	r = b.run("--name", host, "--out", filepath.Join(b.out, "deeper"))
	assert.Equal(t, 2, r.code)
	assert.Contains(t, r.stderr, "\n  --out: \"TMP/out/deeper\" does not exist and \"TMP/out\" is not writable\n")
}

// TestTwoRuns: the second run for one certificate stops before it makes anything.
func TestTwoRuns(t *testing.T) {
	b := newBench(t, "")
	require.NoError(t, os.Mkdir(filepath.Join(b.out, "."+host+".new"), 0o700))
	r := b.issue()
	assert.Equal(t, 2, r.code)
	assert.Equal(t, "script.sh: error: another run is at work on grafana.dmz.home in TMP/out\n"+
		"  way out: wait for it; if there is none, a run was killed: delete the folder TMP/out/.grafana.dmz.home.new\n", r.stderr)
	assert.Equal(t, []string{"drwx------ .grafana.dmz.home.new"}, b.files())
	assert.Equal(t, []string{"issuer"}, b.calls())
}

// TestMoveFails: when one file cannot be moved, those already moved go back.
func TestMoveFails(t *testing.T) {
	for name, old := range map[string]bool{"first run": false, "replacing": true} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, "")
			mv, err := exec.LookPath("mv")
			require.NoError(t, err)
			b.write("bin/mv", "#!/bin/sh\ncase $* in *home.crt) echo 'mv: no space left on device' >&2; exit 1 ;; esac\nexec "+mv+" \"$@\"\n")
			require.NoError(t, os.Chmod(filepath.Join(b.root, "bin", "mv"), 0o755))
			want := []string{}
			if old {
				b.write("out/"+host+".key", "old key")
				want = []string{"-rw------- grafana.dmz.home.key"}
			}
			r := b.issue("--force")
			assert.Equal(t, 7, r.code)
			assert.Equal(t, waiting("2m")+"mv: no space left on device\n"+
				"script.sh: error: the certificate is good but was not saved: grafana.dmz.home.crt could not be moved to TMP/out\n"+
				"  way out: check space and permissions in TMP/out; files of an earlier run are as they were\n", r.stderr)
			assert.Equal(t, want, b.files())
			if old {
				assert.Equal(t, "old key", b.read("out", host+".key"))
			}
			assert.NoFileExists(t, filepath.Join(b.root, "state", "request.json"))
		})
	}
}

// TestOwnCA: --ca takes the place of what the issuer publishes.
func TestOwnCA(t *testing.T) {
	b := newBench(t, "")
	stranger, err := newAuthority("stranger", nil)
	require.NoError(t, err)
	b.write("stranger.pem", "text before\n"+pemOf(stranger.cert))
	r := b.issue("--ca", filepath.Join(b.root, "stranger.pem"))
	assert.Equal(t, 6, r.code)
	assert.Contains(t, r.stderr, "error: the certificate is wrong, nothing was saved: it does not lead to the CA: unable to get local issuer certificate\n")
	assert.Empty(t, b.files())
}
