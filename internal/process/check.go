package process

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Check asks a process whether it is ready; nil means yes, an error says what is missing.
type Check func(context.Context) error

// HTTPCheck is ready when GET url answers 200. The certificate behind an https url is
// not verified: the answer carries no secret and steers nothing but waiting.
func HTTPCheck(url string, client *tls.Certificate) Check {
	conf := &tls.Config{InsecureSkipVerify: true} // see above
	if client != nil {
		conf.Certificates = []tls.Certificate{*client}
	}
	c := &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: conf, DisableKeepAlives: true},
	}
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := c.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			body, _ := io.ReadAll(io.LimitReader(resp.Body, 2000)) // only to explain the status
			return fmt.Errorf("GET %s: %s: %s", url, resp.Status, body)
		}
		return nil
	}
}
