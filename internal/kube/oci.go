package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/retry"
)

// artifact reads a manifest that an OCI repository holds beside the charts, as one artifact with a
// layer a file: `oras push <mirror>/<manifest>:<version> <file>...`. Who may read it is as Docker
// and Helm have it.
func artifact(ctx context.Context, repository, version string) (reader, error) {
	ask, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	repo, err := remote.NewRepository(repository)
	if err != nil {
		return nil, fmt.Errorf("not an OCI repository: %w", err)
	}
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return nil, fmt.Errorf("the registry credentials cannot be read: %w", err)
	}
	repo.Client = &auth.Client{Client: retry.DefaultClient, Cache: auth.NewCache(), Credential: credentials.Credential(store)}
	repo.PlainHTTP = local(repo.Reference.Host())
	descriptor, body, err := repo.FetchReference(ask, version)
	if err != nil {
		return nil, fmt.Errorf("%s:%s is not in the mirror: %w; `oras push` it there from a folder that `streamforge mirror pull` filled",
			repository, version, err)
	}
	defer body.Close()
	raw, err := content.ReadAll(body, descriptor)
	if err != nil {
		return nil, fmt.Errorf("%s:%s: %w", repository, version, err)
	}
	var manifest ocispec.Manifest
	if err := json.Unmarshal(raw, &manifest); err != nil {
		return nil, fmt.Errorf("%s:%s is no artifact: %w", repository, version, err)
	}
	return func(file string) ([]byte, error) {
		ask, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		for _, layer := range manifest.Layers {
			if layer.Annotations[ocispec.AnnotationTitle] == file {
				return content.FetchAll(ask, repo, layer)
			}
		}
		return nil, fmt.Errorf("%s:%s has no layer of that name", repository, version)
	}, nil
}

// local tells whether a registry is on this machine, where certificates are not asked for.
func local(host string) bool {
	a, err := netip.ParseAddrPort(host)
	return err == nil && a.Addr().IsLoopback()
}
