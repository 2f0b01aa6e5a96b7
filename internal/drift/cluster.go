package drift

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	// auditor is the field manager of dry runs; nothing is ever written under it.
	auditor = "streamforge-drift"
	// parallel is how many requests are under way at once.
	parallel = 8
	pageSize = 500
	// patience is how long one request to the cluster may take.
	patience = 30 * time.Second
)

// cluster reads a Kubernetes cluster once, and answers from that.
type cluster struct {
	dynamic dynamic.Interface
	typed   kubernetes.Interface
	mapper  meta.RESTMapper

	all     map[string]*unstructured.Unstructured // by key
	byUID   map[types.UID]*unstructured.Unstructured
	missing []gap
}

// gap is a kind whose objects could not be listed, or a group of them that does not tell its kinds.
type gap struct {
	of  schema.GroupResource // without a resource: the whole group
	why error
}

func (g gap) String() string {
	if g.of.Resource == "" {
		return fmt.Sprintf("objects of %s: %v", g.of.Group, g.why)
	}
	return fmt.Sprintf("objects of kind %s: %v", g.of, g.why)
}

// key names an object whatever version it is read in.
func key(gk schema.GroupKind, namespace, name string) string {
	return gk.String() + "/" + namespace + "/" + name
}

func keyOf(o *unstructured.Unstructured) string {
	return key(o.GroupVersionKind().GroupKind(), o.GetNamespace(), o.GetName())
}

// openCluster connects and reads every object that can be listed.
func openCluster(ctx context.Context, kubeconfig []byte) (*cluster, error) {
	conf, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig: %w", err)
	}
	conf.QPS, conf.Timeout, conf.UserAgent = -1, patience, auditor
	conf.WarningHandler = rest.NoWarnings{} // deprecated kinds are read like others
	c := &cluster{all: map[string]*unstructured.Unstructured{}, byUID: map[types.UID]*unstructured.Unstructured{}}
	if c.dynamic, err = dynamic.NewForConfig(conf); err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	if c.typed, err = kubernetes.NewForConfig(conf); err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	return c, c.discover(ctx, c.typed.Discovery())
}

func (c *cluster) discover(ctx context.Context, d discovery.DiscoveryInterface) error {
	groups, err := restmapper.GetAPIGroupResources(d)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	c.mapper = restmapper.NewDiscoveryRESTMapper(groups)
	lists, err := d.ServerPreferredResources()
	var partly *discovery.ErrGroupDiscoveryFailed
	if errors.As(err, &partly) {
		for group, why := range partly.Groups {
			c.missing = append(c.missing, gap{schema.GroupResource{Group: group.Group}, why})
		}
	} else if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	var wait sync.WaitGroup
	var lock sync.Mutex
	turn := make(chan struct{}, parallel)
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			continue
		}
		for _, r := range list.APIResources {
			if !worthListing(gv, r) {
				continue
			}
			wait.Add(1)
			go func() {
				defer wait.Done()
				turn <- struct{}{}
				defer func() { <-turn }()
				c.list(ctx, gv.WithResource(r.Name), &lock)
			}()
		}
	}
	wait.Wait()
	return ctx.Err()
}

// worthListing leaves out what only reports, and what is another view on something else.
func worthListing(gv schema.GroupVersion, r metav1.APIResource) bool {
	lists := false
	for _, verb := range r.Verbs {
		lists = lists || verb == "list"
	}
	switch {
	case !lists, strings.Contains(r.Name, "/"), r.Kind == "Event", r.Kind == "ComponentStatus":
		return false
	case strings.HasSuffix(gv.Group, "metrics.k8s.io"):
		return false
	}
	return true
}

func (c *cluster) list(ctx context.Context, gvr schema.GroupVersionResource, lock *sync.Mutex) {
	next := ""
	for {
		page, err := c.dynamic.Resource(gvr).List(ctx, metav1.ListOptions{Limit: pageSize, Continue: next})
		lock.Lock()
		if err != nil {
			if !apierrors.IsNotFound(err) && !apierrors.IsMethodNotSupported(err) {
				c.missing = append(c.missing, gap{gvr.GroupResource(), err})
			}
			lock.Unlock()
			return
		}
		for i := range page.Items {
			o := &page.Items[i]
			c.all[keyOf(o)], c.byUID[o.GetUID()] = o, o
		}
		lock.Unlock()
		if next = page.GetContinue(); next == "" {
			return
		}
	}
}

// blind tells whether nothing is known about the objects of a kind, as they could not be listed.
func (c *cluster) blind(gk schema.GroupKind) bool {
	group := schema.GroupResource{Group: gk.Group}
	m, err := c.mapper.RESTMapping(gk)
	return slices.ContainsFunc(c.missing, func(g gap) bool {
		return g.of == group || err == nil && g.of == m.Resource.GroupResource()
	})
}
