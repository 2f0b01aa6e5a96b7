package controllers

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/client-go/rest"

	"github.com/streamforge/infrastructure/internal/sandbox/mirror"
)

// TestOperatorFollowsItsDefinitions removes a definition, as destroying a stack does, and brings
// it back, as the next deployment does.
func TestOperatorFollowsItsDefinitions(t *testing.T) {
	c, ns := world(t)
	var definition *apiextensionsv1.CustomResourceDefinition
	for _, d := range mirror.Definitions() {
		if d.Name == "ipaddresspools.metallb.io" {
			definition = d
		}
	}
	require.NoError(t, c.Delete(t.Context(), definition.DeepCopy()))
	gone(t, c, definition.DeepCopy())
	service := balanced(ns, "orphan", map[string]string{"metallb.io/address-pool": "back"})
	create(t, c, service)
	again := definition.DeepCopy()
	require.NoError(t, c.Create(t.Context(), again))
	until(t, c, again, func(d *apiextensionsv1.CustomResourceDefinition) bool { return established(*d) })
	pool := addressPool(ns, "back", false, "203.0.113.90/32")
	require.Eventually(t, func() bool { return c.Create(t.Context(), pool) == nil }, 20*time.Second, 20*time.Millisecond)
	until(t, c, service, func(s *corev1.Service) bool { return address(s) == "203.0.113.90" })
}

func TestRunEndsWithItsContext(t *testing.T) {
	world(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, rest.CopyConfig(suite.config)) }()
	cancel()
	require.NoError(t, <-done)
}

func TestRunWithoutAnAPIServer(t *testing.T) {
	err := Run(t.Context(), &rest.Config{Host: "http://127.0.0.1:1"})
	require.ErrorContains(t, err, "sandbox controllers: ")
	require.ErrorContains(t, err, "connection refused")
}
