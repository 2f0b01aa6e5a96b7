package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// operator stands in for one operator of the real cluster.
type operator struct {
	name  string
	needs []string // names of the CustomResourceDefinitions it watches: it runs while all are served
	setup func(ctrl.Manager) error
}

// operators lists all that Run runs.
func operators() []operator {
	return []operator{webhooks, volumes, loadBalancer, certManager, gateway, linstor, strimzi, keda, arangoDB, postgres, elastic, prometheus}
}

// Run runs every operator against the API server of config until ctx is done. An operator starts
// when its CustomResourceDefinitions appear and stops when one of them goes. An operator that
// fails is logged and started again; Run itself fails only when the API server cannot be watched.
func Run(ctx context.Context, config *rest.Config) error {
	log.SetLogger(klog.Background())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shared, err := newShared(config)
	if err != nil {
		return fmt.Errorf("sandbox controllers: %w", err)
	}
	mgr, err := newManager(config, shared)
	if err != nil {
		return fmt.Errorf("sandbox controllers: %w", err)
	}
	discoverer, err := discovery.NewDiscoveryClientForConfigAndClient(config, mgr.GetHTTPClient())
	if err != nil {
		return fmt.Errorf("sandbox controllers: %w", err)
	}
	h := &host{ctx: ctx, config: config, shared: shared, client: mgr.GetClient(), discoverer: discoverer, stop: map[string]func(){}}
	if err := ctrl.NewControllerManagedBy(mgr).Named("operators").
		For(&apiextensionsv1.CustomResourceDefinition{}).Complete(steady(h.reconcile)); err != nil {
		return fmt.Errorf("sandbox controllers: %w", err)
	}
	watched := make(chan error, 1)
	go func() { watched <- shared.Start(ctx) }() // before any manager, which waits for it
	// An empty cluster has no definition whose event would start those that need none.
	for _, o := range operators() {
		if len(o.needs) == 0 {
			h.start(o)
		}
	}
	err = mgr.Start(ctx)
	for _, stop := range h.stop {
		stop()
	}
	cancel()
	if err = errors.Join(err, <-watched); err != nil {
		return fmt.Errorf("sandbox controllers: %w", err)
	}
	return nil
}

// newManager gives a manager that listens nowhere and elects no leader. What it reads comes from views,
// objects without a Go type too.
func newManager(c *rest.Config, shared cache.Cache) (ctrl.Manager, error) {
	skip := true
	return ctrl.NewManager(c, ctrl.Options{
		NewCache:               over(shared),
		Client:                 client.Options{Cache: &client.CacheOptions{Unstructured: true}},
		Scheme:                 scheme,
		Metrics:                server.Options{BindAddress: "0"},
		HealthProbeBindAddress: "0",
		// Names are checked per process, but an operator may start several times in one.
		Controller: config.Controller{SkipNameValidation: &skip},
		Cache: cache.Options{ByObject: map[client.Object]cache.ByObject{
			&apiextensionsv1.CustomResourceDefinition{}: {Transform: dropSchemas},
		}},
	})
}

// dropSchemas keeps the schemas of real definitions, several megabytes each, out of memory.
func dropSchemas(o any) (any, error) {
	if d, ok := o.(*apiextensionsv1.CustomResourceDefinition); ok {
		for i := range d.Spec.Versions {
			d.Spec.Versions[i].Schema = nil
		}
		d.ManagedFields = nil
	}
	return o, nil
}

// host starts and stops operators. Only its reconcile, which runs in one goroutine, changes it.
type host struct {
	ctx        context.Context
	config     *rest.Config
	shared     cache.Cache
	client     client.Client
	discoverer discovery.DiscoveryInterface
	stop       map[string]func() // by name, of those that run
}

func (h *host) reconcile(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
	var definitions apiextensionsv1.CustomResourceDefinitionList
	if err := h.client.List(ctx, &definitions); err != nil {
		return reconcile.Result{}, err
	}
	served := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for i, d := range definitions.Items {
		if established(d) {
			served[d.Name] = &definitions.Items[i]
		}
	}
	var result reconcile.Result
	for _, o := range operators() {
		ready, known := true, true
		for _, name := range o.needs {
			ready = ready && served[name] != nil
			known = known && ready && h.discovered(served[name])
		}
		stop, running := h.stop[o.name]
		switch {
		case running && !ready:
			stop()
			delete(h.stop, o.name)
		case !running && ready && known:
			h.start(o)
		case !running && ready:
			result.RequeueAfter = 100 * time.Millisecond // discovery lags a moment behind the condition
		}
	}
	return result, nil
}

// established says whether d is served and stays so.
func established(d apiextensionsv1.CustomResourceDefinition) bool {
	if d.DeletionTimestamp != nil {
		return false
	}
	for _, c := range d.Status.Conditions {
		if c.Type == apiextensionsv1.Established {
			return c.Status == apiextensionsv1.ConditionTrue
		}
	}
	return false
}

// discovered says whether clients can already find every version of d: an informer that starts
// too early tries again only after 10 seconds. A caching mapper would not notice new versions.
func (h *host) discovered(d *apiextensionsv1.CustomResourceDefinition) bool {
	for _, version := range d.Spec.Versions {
		if !version.Served {
			continue
		}
		resources, err := h.discoverer.ServerResourcesForGroupVersion(d.Spec.Group + "/" + version.Name)
		if err != nil || !slices.ContainsFunc(resources.APIResources, func(r metav1.APIResource) bool {
			return r.Name == d.Spec.Names.Plural
		}) {
			return false
		}
	}
	return true
}

// start runs o in a manager and a cache of its own, so that its informers end with it.
func (h *host) start(o operator) {
	ctx, cancel := context.WithCancel(h.ctx)
	logger := log.FromContext(ctx).WithValues("operator", o.name)
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait.UntilWithContext(ctx, func(ctx context.Context) {
			logger.Info("starting")
			if err := h.run(ctx, o); err != nil {
				logger.Error(err, "stopped, starting again in a second")
			}
		}, time.Second)
	}()
	h.stop[o.name] = func() {
		cancel()
		<-done
		logger.Info("stopped")
	}
}

func (h *host) run(ctx context.Context, o operator) error {
	mgr, err := newManager(h.config, h.shared)
	if err != nil {
		return err
	}
	if err := o.setup(mgr); err != nil {
		return err
	}
	return mgr.Start(ctx)
}
