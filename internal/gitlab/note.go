// Package gitlab puts a report on a merge request: one note that every further run replaces.
package gitlab

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// patience is how long one request may take.
const patience = 30 * time.Second

// MergeRequest is where notes go.
type MergeRequest struct {
	api, project, number, token string
	http                        *http.Client
}

// FromJob takes the merge request from the variables that GitLab gives a job, and the token from
// STREAMFORGE_NOTE_TOKEN. All that is missing is told at once.
func FromJob(get func(variable string) string) (*MergeRequest, error) {
	m := &MergeRequest{http: &http.Client{Timeout: patience}}
	var missing []string
	for _, v := range []struct {
		into *string
		name string
	}{
		{&m.api, "CI_API_V4_URL"}, {&m.project, "CI_MERGE_REQUEST_PROJECT_ID"},
		{&m.number, "CI_MERGE_REQUEST_IID"}, {&m.token, "STREAMFORGE_NOTE_TOKEN"},
	} {
		if *v.into = get(v.name); *v.into == "" {
			missing = append(missing, v.name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("note: not set: %s; run it in the pipeline of a merge request, "+
			"with a project access token of scope api as masked variable STREAMFORGE_NOTE_TOKEN", strings.Join(missing, ", "))
	}
	file := get("CI_SERVER_TLS_CA_FILE")
	if file == "" {
		return m, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("note: authority of GitLab: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(pem)
	m.http.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	return m, nil
}

// note is what GitLab tells of one.
type note struct {
	ID     int    `json:"id"`
	Body   string `json:"body"`
	System bool   `json:"system"`
	Author struct {
		ID int `json:"id"`
	} `json:"author"`
}

// Put writes the note, in the place of the token's own one that begins with the same line. It tells
// whether there was one.
func (m *MergeRequest) Put(ctx context.Context, body string) (replaced bool, err error) {
	marker := firstLine(body)
	if !strings.HasPrefix(marker, "<!--") {
		return false, errors.New("note: it does not begin with the comment by which the next run would find it; use a file that --markdown wrote")
	}
	var me struct{ ID int }
	if _, err := m.call(ctx, http.MethodGet, "/user", nil, &me); err != nil {
		return false, err
	}
	at := fmt.Sprintf("/projects/%s/merge_requests/%s/notes", url.PathEscape(m.project), url.PathEscape(m.number))
	for page := "1"; page != ""; {
		var notes []note
		next, err := m.call(ctx, http.MethodGet, at+"?sort=asc&order_by=created_at&per_page=100&page="+url.QueryEscape(page), nil, &notes)
		if err != nil {
			return false, err
		}
		for _, n := range notes { // another's note cannot be replaced, whatever it begins with
			if !n.System && n.Author.ID == me.ID && firstLine(n.Body) == marker {
				_, err := m.call(ctx, http.MethodPut, fmt.Sprintf("%s/%d", at, n.ID), map[string]string{"body": body}, nil)
				return true, err
			}
		}
		page = next
	}
	_, err = m.call(ctx, http.MethodPost, at, map[string]string{"body": body}, nil)
	return false, err
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

// call makes one request and gives the number of the next page, empty after the last. The token is
// in no address and in no error.
func (m *MergeRequest) call(ctx context.Context, method, path string, in, out any) (next string, err error) {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return "", err
		}
		body = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(m.api, "/")+path, body)
	if err != nil {
		return "", fmt.Errorf("note: %w", err)
	}
	request.Header.Set("PRIVATE-TOKEN", m.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := m.http.Do(request)
	if err != nil {
		return "", fmt.Errorf("note: %w", err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return "", fmt.Errorf("note: %s %s: %w", method, path, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return "", fmt.Errorf("note: %s %s: %s%s", method, path, response.Status, wayOut(response.StatusCode))
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			return "", fmt.Errorf("note: %s %s: %w", method, path, err)
		}
	}
	return response.Header.Get("X-Next-Page"), nil
}

func wayOut(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "; STREAMFORGE_NOTE_TOKEN is wrong or has expired: make a new one"
	case http.StatusForbidden, http.StatusNotFound:
		return "; the token needs scope api and the role Reporter in the project of the merge request"
	}
	return ""
}
