package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// proxmox calls the simulator.
func (s *site) proxmox(ctx context.Context, method, path string, body, answer any) error {
	at, err := s.sb.Endpoints()
	if err != nil {
		return err
	}
	ca, err := os.ReadFile(s.path("pki", "ca.crt"))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	client := &http.Client{Timeout: time.Minute,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}, DisableKeepAlives: true}}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, at.ProxmoxURL+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "PVEAPIToken="+at.ProxmoxToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("simulator: %s %s: %s: %s", method, path, response.Status, text)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

// machines lists the names of the virtual machines, sorted; a machine made twice is there twice.
func (s *site) machines(ctx context.Context) ([]string, error) {
	var answer struct{ Data []struct{ Name string } }
	if err := s.proxmox(ctx, http.MethodGet, "/api2/json/cluster/resources?type=vm", nil, &answer); err != nil {
		return nil, err
	}
	names := []string{}
	for _, m := range answer.Data {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names, nil
}

// stateFile is where the sandbox's backend keeps the state.
func (s *site) stateFile() string {
	return s.path("state", ".pulumi", "stacks", "streamforge", "sandbox.json")
}

// resources lists the URNs of the state, sorted, and how many operations are noted as unfinished.
func (s *site) resources() (urns []string, pending int, err error) {
	raw, err := os.ReadFile(s.stateFile())
	if err != nil {
		return nil, 0, err
	}
	var file struct {
		Checkpoint struct {
			Latest struct {
				Resources []struct {
					URN    string
					Delete bool
				}
				Pending []any `json:"pending_operations"`
			}
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", s.stateFile(), err)
	}
	for _, r := range file.Checkpoint.Latest.Resources {
		if r.Delete {
			r.URN += " (to be deleted)"
		}
		urns = append(urns, r.URN)
	}
	slices.Sort(urns)
	return urns, len(file.Checkpoint.Latest.Pending), nil
}

// process is one process of an engine run.
type process struct {
	pid  int
	name string // of the program
}

// processes lists the Pulumi CLIs and the provider plugins that work on this site, whoever started
// them: they are known by their home.
func (s *site) processes() []process {
	mark := []byte("PULUMI_HOME=" + s.path("pulumi") + "\x00")
	files, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is well formed
	var found []process
	for _, file := range files {
		env, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(env, mark) {
			continue // another user's, or gone
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline")) // empty: it has just ended
		path, _, _ := strings.Cut(string(command), "\x00")
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && path != "" {
			found = append(found, process{pid, filepath.Base(path)})
		}
	}
	return found
}
