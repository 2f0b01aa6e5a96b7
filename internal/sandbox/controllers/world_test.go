package controllers

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/streamforge/infrastructure/tests/need"
)

// world gives a client of the suite's API server and a namespace of the test's own.
func world(t *testing.T) (client.Client, string) {
	t.Helper()
	if suite == nil {
		need.Missing(t, fmt.Sprintf("not all of %v are in %s: run make tools, or set KUBEBUILDER_ASSETS", programs, binaries()))
	}
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	require.NoError(t, suite.client.Create(t.Context(), ns))
	return suite.client, ns.Name
}

// create creates objects and removes them when the test ends.
func create(t *testing.T, c client.Client, objects ...client.Object) {
	t.Helper()
	for _, o := range objects {
		require.NoError(t, c.Create(t.Context(), o))
		t.Cleanup(func() {
			require.NoError(t, client.IgnoreNotFound(c.Delete(context.Background(), o)))
		})
	}
}

// until reads o until it is as wanted; check fills in what is still missing.
func until[T client.Object](t *testing.T, c client.Client, o T, check func(T) bool) T {
	t.Helper()
	if !assert.Eventually(t, func() bool {
		return c.Get(t.Context(), client.ObjectKeyFromObject(o), o) == nil && check(o)
	}, 20*time.Second, 20*time.Millisecond) {
		seen, err := yaml.Marshal(o)
		t.Fatalf("last seen: %s %v", seen, err)
	}
	return o
}

// gone waits until o no longer exists.
func gone(t *testing.T, c client.Client, o client.Object) {
	t.Helper()
	require.Eventually(t, func() bool {
		return apierrors.IsNotFound(c.Get(t.Context(), client.ObjectKeyFromObject(o), o))
	}, 20*time.Second, 20*time.Millisecond, "%s is still there", o.GetName())
}

// change updates o as it is now.
func change[T client.Object](t *testing.T, c client.Client, o T, edit func(T)) {
	t.Helper()
	require.Eventually(t, func() bool {
		if c.Get(t.Context(), client.ObjectKeyFromObject(o), o) != nil {
			return false
		}
		edit(o)
		return c.Update(t.Context(), o) == nil
	}, 20*time.Second, 20*time.Millisecond)
}

func objectMeta(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name}
}

// hasEvent waits for an event of that reason about an object of that name.
func hasEvent(t *testing.T, c client.Client, namespace, name, reason string) string {
	t.Helper()
	var message string
	require.Eventually(t, func() bool {
		var events corev1.EventList
		if c.List(t.Context(), &events, client.InNamespace(namespace)) != nil {
			return false
		}
		for _, e := range events.Items {
			if e.InvolvedObject.Name == name && e.Reason == reason {
				message = e.Message
				return true
			}
		}
		return false
	}, 20*time.Second, 20*time.Millisecond, "no event %s about %s", reason, name)
	return message
}
