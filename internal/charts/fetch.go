package charts

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/downloader"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/registry"
	"helm.sh/helm/v3/pkg/repo"

	"github.com/streamforge/infrastructure/internal/pins"
)

// fetchChart downloads a chart's archive by Helm's own means.
func fetchChart(c pins.Chart) ([]byte, error) {
	dir, err := os.MkdirTemp("", "chart-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	settings := cli.New()
	settings.RepositoryConfig = filepath.Join(dir, "repositories.yaml") // the user's own repositories play no part
	settings.RepositoryCache = filepath.Join(dir, "cache")
	get := downloader.ChartDownloader{
		Out: io.Discard, Verify: downloader.VerifyNever, Getters: getter.All(settings),
		RepositoryConfig: settings.RepositoryConfig, RepositoryCache: settings.RepositoryCache,
	}
	address, err := locate(&get, c, settings)
	if err != nil {
		return nil, err
	}
	file, _, err := get.DownloadTo(address, c.Version, dir)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// locate gives the address of the chart's archive, and get the client for it.
func locate(get *downloader.ChartDownloader, c pins.Chart, settings *cli.EnvSettings) (string, error) {
	if !registry.IsOCI(c.Repo) {
		return repo.FindChartInAuthAndTLSAndPassRepoURL(c.Repo, "", "", c.Name, c.Version, "", "", "", false, false, getter.All(settings))
	}
	plain := local(c.Repo)
	options := []registry.ClientOption{registry.ClientOptWriter(io.Discard)}
	if plain {
		options = append(options, registry.ClientOptPlainHTTP())
	}
	client, err := registry.NewClient(options...)
	if err != nil {
		return "", err
	}
	get.RegistryClient = client
	get.Options = append(get.Options, getter.WithRegistryClient(client), getter.WithPlainHTTP(plain))
	return c.Repo + "/" + c.Name, nil
}

// local registries, on this machine, are the only ones that may be spoken to without TLS.
func local(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
}

// get downloads one file.
func get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s", response.Status)
	}
	return io.ReadAll(response.Body)
}
