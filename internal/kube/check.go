package kube

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/streamforge/infrastructure/internal/pins"
)

// atOnce is how many files are asked for at the same time.
const atOnce = 8

// Missing lists, joined, every pinned chart and manifest that cannot be had. Of upstream it only asks
// whether the hosts of charts answer, as a run does; what an oci:// mirror holds of charts only a run
// finds out. Nothing is downloaded into the cache.
func (c Charts) Missing(ctx context.Context, charts []pins.Chart, manifests []pins.Manifest) error {
	var looks []func() error
	mirror := strings.TrimSuffix(c.Mirror, "/")
	for _, pin := range charts {
		switch source := strings.TrimSuffix(pin.Repo, "/"); {
		case mirror == "" && !strings.HasPrefix(source, "oci://"):
			looks = append(looks, func() error { return reachable(ctx, source+"/index.yaml") })
		case mirror != "":
			looks = append(looks, c.has(ctx, mirror, pin.File()))
		}
	}
	for _, pin := range manifests {
		if mirror != "" && strings.HasPrefix(mirror, "oci://") {
			looks = append(looks, func() error {
				_, err := artifact(ctx, strings.TrimPrefix(mirror, "oci://")+"/"+pin.Name, pin.Version)
				return err
			})
			continue
		}
		for _, name := range pin.Files {
			if mirror != "" {
				looks = append(looks, c.has(ctx, mirror, pin.File(name)))
			}
		}
	}
	return each(looks)
}

// has looks for one file of a folder or an HTTP mirror.
func (c Charts) has(ctx context.Context, mirror, file string) func() error {
	switch {
	case strings.HasPrefix(mirror, "oci://"):
		return func() error { return nil }
	case strings.Contains(mirror, "://"):
		return func() error { return served(ctx, mirror+"/"+file) }
	}
	return func() error { return present(filepath.Join(mirror, filepath.FromSlash(file))) }
}

// each runs all looks, a few at a time, and joins what they say.
func each(looks []func() error) error {
	errs := make([]error, len(looks))
	free := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, look := range looks {
		free <- struct{}{}
		all.Go(func() {
			errs[i] = look()
			<-free
		})
	}
	all.Wait()
	var said []error
	seen := map[string]bool{}
	for _, err := range errs {
		if err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			said = append(said, err)
		}
	}
	if len(said) > 1 {
		return fmt.Errorf("%d things are missing\n%w", len(said), errors.Join(said...))
	}
	return errors.Join(said...)
}
