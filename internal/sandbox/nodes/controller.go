package nodes

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/retry"
)

const (
	pulse  = time.Second      // how soon a changed file of facts, or a failed step, is looked at again
	resync = 10 * time.Second // how soon a node that someone else changed is put right
)

// Controller keeps the nodes equal to the machines.
type Controller struct {
	Client    kubernetes.Interface
	FactsFile string // JSON object of Facts by node name
	Log       *slog.Logger
}

// Run works until ctx ends. Each message on machines is the list of all machines. What goes
// wrong is logged and tried again.
func (c *Controller) Run(ctx context.Context, machines <-chan []Machine) error {
	var known []Machine
	have := false // no list yet: an empty one would delete every node
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	var factsAt, done time.Time
	var last string
	for {
		select {
		case <-ctx.Done():
			return nil
		case list, open := <-machines:
			if !open {
				if ctx.Err() != nil {
					return nil
				}
				return errors.New("nodes: the simulator no longer reports its machines")
			}
			known, have, done = list, true, time.Time{}
		case <-tick.C:
		}
		if at := modified(c.FactsFile); !at.Equal(factsAt) {
			factsAt, done = at, time.Time{}
		}
		if !have || time.Since(done) < resync {
			continue
		}
		err := c.reconcile(ctx, known)
		if err == nil {
			done, last = time.Now(), ""
		} else if ctx.Err() == nil && err.Error() != last { // once, not every second
			last = err.Error()
			c.Log.Error("nodes", "error", last)
		}
	}
}

func modified(path string) time.Time {
	info, err := os.Stat(path)
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// reconcile makes the nodes equal to the machines once; one node's trouble does not keep
// the others from being done.
func (c *Controller) reconcile(ctx context.Context, machines []Machine) error {
	facts, err := readFacts(c.FactsFile)
	if err != nil {
		return err
	}
	list, err := c.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: machineLabel})
	if err != nil {
		return fmt.Errorf("list of nodes: %w", err)
	}
	have := map[string]bool{}
	for _, n := range list.Items {
		have[n.Name] = true
	}
	var errs []error
	for _, m := range machines {
		f, member := facts[m.Name]
		if !member {
			continue
		}
		switch {
		case have[m.Name]:
			errs = append(errs, c.update(ctx, m, f))
		case m.Running: // a machine that never ran has not joined
			errs = append(errs, c.join(ctx, m, f))
		}
		delete(have, m.Name)
	}
	for name := range have {
		errs = append(errs, c.leave(ctx, name))
	}
	return errors.Join(errs...)
}

func (c *Controller) join(ctx context.Context, m Machine, f Facts) error {
	version, err := c.Client.Discovery().ServerVersion()
	if err != nil {
		return fmt.Errorf("node %s: %w", m.Name, err)
	}
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: m.Name}}
	if err := shape(n, m, f); err != nil {
		return err
	}
	measure(n, m, version.GitVersion)
	if _, err := c.Client.CoreV1().Nodes().Create(ctx, n, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("node %s: %w", m.Name, err)
	}
	c.Log.Info("node joined", "node", m.Name, "cpus", m.CPUs, "memoryBytes", m.MemoryBytes, "host", m.Host)
	return nil
}

// update brings an existing node in line, writing only what differs.
func (c *Controller) update(ctx context.Context, m Machine, f Facts) error {
	api := c.Client.CoreV1().Nodes()
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		n, err := api.Get(ctx, m.Name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		old := n.DeepCopy()
		if err := shape(n, m, f); err != nil {
			return err
		}
		if !apiequality.Semantic.DeepEqual(old, n) {
			if n, err = api.Update(ctx, n, metav1.UpdateOptions{}); err != nil {
				return err
			}
			old = n.DeepCopy()
		}
		measure(n, m, n.Status.NodeInfo.KubeletVersion)
		if !m.Running {
			markStopped(n, metav1.Now())
		}
		if apiequality.Semantic.DeepEqual(old.Status, n.Status) {
			return nil
		}
		_, err = api.UpdateStatus(ctx, n, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return fmt.Errorf("node %s: %w", m.Name, err)
	}
	return nil
}
