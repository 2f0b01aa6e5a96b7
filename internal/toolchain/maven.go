package toolchain

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// mavenCentral is asked where there is no Maven; with one, its own settings name the mirror.
const mavenCentral = "https://repo.maven.apache.org/maven2"

// keycloakArchive downloads the distribution into the staged folder and compares its digest.
func (s steps) keycloakArchive(ctx context.Context) (string, error) {
	const group, artifact = "org/keycloak", "keycloak-quarkus-dist"
	name := artifact + "-" + keycloakVersion + ".zip"
	file := filepath.Join(s.dir, name)
	if mvn, err := exec.LookPath("mvn"); err == nil {
		err = s.run(ctx, "downloading by Maven", mvn, "-B", "-q", "dependency:copy",
			"-Dartifact="+strings.ReplaceAll(group, "/", ".")+":"+artifact+":"+keycloakVersion+":zip", "-DoutputDirectory="+s.dir)
		if err != nil {
			return "", err
		}
	} else if err := s.download(ctx, strings.Join([]string{mavenCentral, group, artifact, keycloakVersion, name}, "/"), file); err != nil {
		return "", fmt.Errorf("keycloak: download: %w; check the network and HTTPS_PROXY, or install Maven, whose "+
			"settings.xml can name a mirror", err)
	}
	sum, err := digest(file)
	if err != nil {
		return "", err
	}
	if sum != keycloakSHA256 {
		return "", fmt.Errorf("keycloak: %s has sha256 %s, must be %s: it is not the published file, do not use it", name, sum, keycloakSHA256)
	}
	return file, nil
}

// download copies url into file and shows how far it is.
func (s steps) download(ctx context.Context, url, file string) (err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // only read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	var done atomic.Int64
	s.b.line.begin("downloading", func() string {
		return fmt.Sprintf("%d of %d MB", done.Load()>>20, resp.ContentLength>>20)
	})
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.MultiWriter(out, counter{&done}), resp.Body)
	return errors.Join(err, out.Close())
}

type counter struct{ n *atomic.Int64 }

func (c counter) Write(b []byte) (int, error) {
	c.n.Add(int64(len(b)))
	return len(b), nil
}

func digest(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// unzip puts the files of an archive below dir; a name that leads out of it is refused.
func unzip(archive, dir string) (err error) {
	r, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read
	for _, f := range r.File {
		if !filepath.IsLocal(f.Name) {
			return fmt.Errorf("%s: leads out of the archive", f.Name)
		}
		to := filepath.Join(dir, f.Name)
		if f.FileInfo().IsDir() {
			err = os.MkdirAll(to, 0o755)
		} else {
			err = errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), unzipFile(f, to))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func unzipFile(f *zip.File, to string) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, f.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in) //nolint:gosec // the archive's digest is pinned
	return errors.Join(err, out.Close())
}
