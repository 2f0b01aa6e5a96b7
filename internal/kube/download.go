package kube

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	patience = 30 * time.Second // for one answer; upstream hosts are asked for small files only
	largest  = 8 << 20          // bytes; the largest known manifest has 400 KiB
)

// ask sends one request. The caller closes the body. Proxy variables of the environment apply.
func ask(ctx context.Context, method, url string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, fmt.Errorf("%q is not an address: %w", url, err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("cannot be reached: %w; %s", err, fill)
	}
	return answer, nil
}

// reachable tells whether a server answers at all. What it answers is judged by whoever reads it.
func reachable(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := ask(ctx, http.MethodHead, url)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// served tells whether an HTTP mirror has a file.
func served(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := ask(ctx, http.MethodHead, url)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not in the mirror: %s answers %s; %s", url, answer.Status, fill)
	}
	return answer.Body.Close()
}

// download reads a file of an HTTP server.
func download(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := ask(ctx, http.MethodGet, url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s; %s", url, answer.Status, fill)
	}
	content, err := io.ReadAll(io.LimitReader(answer.Body, largest+1))
	if err != nil {
		return nil, fmt.Errorf("%s broke off: %w", url, err)
	}
	if len(content) > largest {
		return nil, fmt.Errorf("%s is larger than %d MiB, which no manifest is", url, largest>>20)
	}
	return content, nil
}
