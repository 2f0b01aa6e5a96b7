package engine

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/tests/need"
)

// port is one on which nothing listens.
func port(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// program finds a server's program in bin/, in PATH or where Debian puts it.
func program(name string) string {
	bin, _ := filepath.Abs(filepath.Join("../../bin", name))
	debian, _ := filepath.Glob(filepath.Join("/usr/lib/postgresql/*/bin", name))
	slices.Reverse(debian) // the newest first
	for _, path := range append([]string{bin, name}, debian...) {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	return ""
}

// serve starts a server, waits until it listens and ends it with the test.
func serve(t *testing.T, cmd *exec.Cmd, address string) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT) // PostgreSQL: end, and wait for nobody
		<-ended
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", cmd.Path, err, out.String())
		case <-ctx.Done():
			t.Fatalf("%s does not listen on %s\n%s", cmd.Path, address, out.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// postgres starts a PostgreSQL server with one user and gives the backend's address.
func postgres(t *testing.T) map[string]string {
	t.Helper()
	initdb, server := program("initdb"), program("postgres")
	if initdb == "" || server == "" {
		need.Missing(t, "needs a PostgreSQL server: apt-get install postgresql")
	}
	dir, err := os.MkdirTemp("", "postgres-") // t.TempDir is closed to others
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	attr := &syscall.SysProcAttr{}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		nobody, err := user.Lookup("nobody")
		require.NoError(t, err)
		uid, err := strconv.Atoi(nobody.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(nobody.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, uid, gid))
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} //nolint:gosec // ids of the system
	}
	data, secret := filepath.Join(dir, "data"), filepath.Join(dir, "password")
	require.NoError(t, os.WriteFile(secret, []byte("hush\n"), 0o644)) //nolint:gosec // read by another user, worth nothing
	setup := exec.Command(initdb, "-D", data, "-U", "pulumi", "--auth=scram-sha-256", "--pwfile="+secret, "--no-sync")
	setup.SysProcAttr, setup.Dir = attr, dir
	out, err := setup.CombinedOutput()
	require.NoError(t, err, string(out))
	at := port(t)
	cmd := exec.Command(server, "-D", data, "-h", "127.0.0.1", "-p", at, "-k", dir, "-F")
	cmd.SysProcAttr, cmd.Dir = attr, dir
	serve(t, cmd, "127.0.0.1:"+at)
	return map[string]string{
		"PULUMI_BACKEND_URL": "postgres://pulumi@127.0.0.1:" + at + "/postgres?sslmode=disable", "PGPASSWORD": "hush",
	}
}

// s3 starts MinIO with one bucket and gives the backend's address.
func s3(t *testing.T) map[string]string {
	t.Helper()
	server := program("minio")
	if server == "" {
		need.LeftOut(t, "needs MinIO, which takes long to build: cd tools/minio && go build -o ../../bin/minio github.com/minio/minio")
	}
	dir, at := t.TempDir(), port(t)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "pulumi-state"), 0o700)) // a bucket is a folder
	cmd := exec.Command(server, "server", dir, "--address", "127.0.0.1:"+at, "--console-address", "127.0.0.1:"+port(t))
	cmd.Env = []string{"MINIO_ROOT_USER=streamforge", "MINIO_ROOT_PASSWORD=hush-hush-hush", "MINIO_BROWSER=off",
		"MINIO_UPDATE=off", "HOME=" + t.TempDir(), "MINIO_CI_CD=on"}
	serve(t, cmd, "127.0.0.1:"+at)
	return map[string]string{
		"PULUMI_BACKEND_URL": fmt.Sprintf("s3://pulumi-state?endpoint=http://127.0.0.1:%s&s3ForcePathStyle=true"+
			"&request_checksum_calculation=when_supported", at),
		"AWS_ACCESS_KEY_ID": "streamforge", "AWS_SECRET_ACCESS_KEY": "hush-hush-hush", "AWS_REGION": "us-east-1",
		"AWS_EC2_METADATA_DISABLED": "true",
	}
}
