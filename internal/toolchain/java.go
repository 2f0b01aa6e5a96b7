package toolchain

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// leastJava is the oldest release of Java that Keycloak runs on.
const leastJava = 17

var javaVersion = regexp.MustCompile(`version "(\d+)`)

// Java finds a Java that runs Keycloak: that of JAVA_HOME, else the one on PATH. The
// error says why there is none.
func Java(ctx context.Context) (path string, err error) {
	if home := os.Getenv("JAVA_HOME"); home != "" {
		path = filepath.Join(home, "bin", "java")
	} else if path, err = exec.LookPath("java"); err != nil {
		return "", fmt.Errorf("no Java %d or later: there is no java on PATH and JAVA_HOME is not set", leastJava)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("no Java %d or later: %s -version: %w", leastJava, path, err)
	}
	found := javaVersion.FindSubmatch(out)
	if found == nil {
		return "", fmt.Errorf("no Java %d or later: %s does not tell its version", leastJava, path)
	}
	if major, err := strconv.Atoi(string(found[1])); err != nil || major < leastJava {
		return "", fmt.Errorf("no Java %d or later: %s is Java %s", leastJava, path, found[1])
	}
	return path, nil
}
