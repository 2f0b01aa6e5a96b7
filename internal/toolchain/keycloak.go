package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Keycloak is the name of the identity server in bin/. It is no program but a folder,
// and the only thing here that is downloaded and not built: its sources are Java.
const Keycloak = "keycloak"

// The distribution as Maven Central has it. internal/pins names the same version; a test
// compares them.
const (
	keycloakVersion = "26.3.4"
	keycloakSHA256  = "4e3fcac33e5a33bd8ec4be45942da661a82ae52999c695b5fb086bfe2c4781fb"
	keycloakSpace   = 500 // megabytes: the archive and what is in it
)

// keycloakBuild are the options that the server takes at its build only. Building it once for
// all sandboxes saves each of them 20 s.
var keycloakBuild = []string{"build", "--db=dev-file", "--health-enabled=true", "--metrics-enabled=true"}

// KeycloakHome gives the folder of the server's distribution, whose lib/ is built. The error
// says why there is none.
func KeycloakHome(bin string) (string, error) {
	home, err := filepath.EvalSymlinks(filepath.Join(bin, Keycloak))
	if err != nil {
		return "", fmt.Errorf("keycloak is not in %s: run make tools", bin)
	}
	if filepath.Base(home) != keycloakFolder() {
		return "", fmt.Errorf("keycloak in %s is %s, must be %s: run make tools", bin, filepath.Base(home), keycloakFolder())
	}
	return home, nil
}

func keycloakFolder() string { return Keycloak + "-" + keycloakVersion }

// KeycloakArgs are the arguments of java that run the server from home, the folder that holds
// lib, conf and data. Its memory is bounded; a sandbox has few users and waits for its start, so
// the compiler and the collector are those that start fastest.
func KeycloakArgs(home string, options ...string) []string {
	return append([]string{
		"-Xms64m", "-Xmx384m", "-XX:MaxMetaspaceSize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
		"-XX:+ExitOnOutOfMemoryError", "-Dfile.encoding=UTF-8", "-Djava.net.preferIPv4Stack=true",
		"-Dkc.home.dir=" + home, "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
		"--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
		"--add-opens=java.base/java.security=ALL-UNNAMED",
		"-cp", filepath.Join(home, "lib", "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
	}, options...)
}

// provideKeycloak brings the server into bin/, where there is a Java to run it.
func (b *Builder) provideKeycloak(ctx context.Context) (string, error) {
	java, err := Java(ctx)
	if err != nil {
		return "left out, the sandbox will have no Keycloak: " + err.Error(), ctx.Err()
	}
	sum := sha256.Sum256([]byte(strings.Join(append([]string{recipe, keycloakSHA256}, keycloakBuild...), "\x00")))
	dir := filepath.Join(b.Cache, hex.EncodeToString(sum[:])[:32])
	home := filepath.Join(dir, keycloakFolder())
	start, result := time.Now(), "cached"
	if isMissing(home) {
		unlock, err := lock(ctx, filepath.Join(dir, "lock"), func() { b.line.begin("waiting for another download of it", nil) })
		if err != nil {
			return "", err
		}
		defer unlock()
		if isMissing(home) {
			if err := b.unpackKeycloak(ctx, java, dir, home); err != nil {
				return "", err
			}
			result = "downloaded and built " + short(time.Since(start))
		}
	} else if at, err := filepath.EvalSymlinks(filepath.Join(b.Bin, Keycloak)); err == nil && at == home {
		result = "up to date"
	}
	now := time.Now()
	err = errors.Join(os.Chtimes(dir, now, now), replaceFile(filepath.Join(b.Bin, Keycloak), func(tmp string) error {
		return os.Symlink(home, tmp)
	}))
	if err != nil {
		return "", fmt.Errorf("keycloak: put into %s: %w", b.Bin, err)
	}
	return result, nil
}

// unpackKeycloak makes home from the archive; it appears there when it is complete.
func (b *Builder) unpackKeycloak(ctx context.Context, java, dir, home string) error {
	if free, _, err := b.usage(dir); err == nil && free < keycloakSpace && !b.SkipSpaceCheck {
		return fmt.Errorf("keycloak: not enough disk space: it needs %d MB in %s, %d MB are free there: "+
			"free some, or point %s to another disk", keycloakSpace, dir, free, CacheVariable)
	}
	work, err := os.MkdirTemp(dir, "work-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // what is left is pruned with the artifact
	log, err := os.Create(filepath.Join(dir, "build.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // a broken log is no reason to fail
	s := steps{b: b, tool: Keycloak, dir: work, environ: os.Environ(), log: log}
	archive, err := s.keycloakArchive(ctx)
	if err != nil {
		return err
	}
	b.line.begin("unpacking", nil)
	if err := unzip(archive, work); err != nil {
		return fmt.Errorf("keycloak: unpack: %w", err)
	}
	unpacked := filepath.Join(work, keycloakFolder())
	if err := s.run(ctx, "building", java, KeycloakArgs(unpacked, keycloakBuild...)...); err != nil {
		return err
	}
	return os.Rename(unpacked, home)
}
