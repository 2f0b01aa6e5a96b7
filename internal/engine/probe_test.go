package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// probe is a resource provider inside the test: its resources are entries of a map, so that a
// test can make them slow, make them fail and change them behind the engine's back. The engine
// attaches to it by PULUMI_DEBUG_PROVIDERS.
type probe struct {
	pulumirpc.UnimplementedResourceProviderServer

	mu        sync.Mutex
	things    map[string]resource.PropertyMap // by id, the id being the resource's name
	created   int                             // creates that were begun
	changed   chan struct{}                   // closed and replaced whenever created grows
	cancelled chan struct{}                   // closed when the engine asks to stop
	once      sync.Once
	released  chan struct{} // closed when sleeping creates are to end well
	release   sync.Once
}

// startProbe serves a probe until the test ends and returns the value of PULUMI_DEBUG_PROVIDERS.
func startProbe(t *testing.T) (*probe, string) {
	t.Helper()
	p := &probe{
		things: map[string]resource.PropertyMap{}, changed: make(chan struct{}), cancelled: make(chan struct{}),
		released: make(chan struct{}),
	}
	stop := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(s, p)
			return nil
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { close(stop); <-handle.Done })
	return p, fmt.Sprintf("probe:%d", handle.Port)
}

// waitCreates blocks until n creates have begun.
func (p *probe) waitCreates(ctx context.Context, n int) error {
	for {
		p.mu.Lock()
		count, changed := p.created, p.changed
		p.mu.Unlock()
		if count >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d creates: %w", count, n, ctx.Err())
		}
	}
}

// finish ends the waits of all sleeping things.
func (p *probe) finish() { p.release.Do(func() { close(p.released) }) }

// set changes a thing behind the engine's back; a nil map makes it vanish.
func (p *probe) set(name string, props resource.PropertyMap) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if props == nil {
		delete(p.things, name)
		return
	}
	p.things[name] = props
}

func (p *probe) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (p *probe) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

func (p *probe) CheckConfig(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: r.GetNews()}, nil
}

func (p *probe) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{}, nil
}

func (p *probe) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true}, nil
}

// Check refuses things that say so.
func (p *probe) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	answer := &pulumirpc.CheckResponse{Inputs: r.GetNews()}
	if why, ok := r.GetNews().GetFields()["refuse"]; ok {
		answer.Failures = []*pulumirpc.CheckFailure{{Property: "refuse", Reason: why.GetStringValue()}}
	}
	return answer, nil
}

func (p *probe) Create(ctx context.Context, r *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	props, err := unmarshal(r.GetProperties())
	if err != nil {
		return nil, err
	}
	if r.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: r.GetProperties()}, nil
	}
	id := r.GetUrn()[strings.LastIndex(r.GetUrn(), "::")+2:]
	p.mu.Lock()
	p.created++
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
	if err := p.behave(ctx, props); err != nil {
		return nil, err
	}
	p.set(id, props)
	return &pulumirpc.CreateResponse{Id: id, Properties: r.GetProperties()}, nil
}

// behave waits and fails as the thing's own properties say.
func (p *probe) behave(ctx context.Context, props resource.PropertyMap) error {
	if ms, ok := props["sleepMs"]; ok && ms.IsNumber() {
		cancelled := p.cancelled
		if _, stubborn := props["stubborn"]; stubborn {
			cancelled = nil
		}
		select {
		case <-time.After(time.Duration(ms.NumberValue()) * time.Millisecond):
		case <-p.released:
		case <-cancelled:
			return errors.New("creation was cancelled")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if why, ok := props["fail"]; ok && why.IsString() {
		return errors.New(why.StringValue())
	}
	return nil
}

func (p *probe) Read(_ context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	props, ok := p.things[r.GetId()]
	if !ok {
		return &pulumirpc.ReadResponse{}, nil
	}
	s, err := plugin.MarshalProperties(props, plugin.MarshalOptions{KeepSecrets: true})
	return &pulumirpc.ReadResponse{Id: r.GetId(), Properties: s, Inputs: s}, err
}

func (p *probe) Update(ctx context.Context, r *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	props, err := unmarshal(r.GetNews())
	if err != nil {
		return nil, err
	}
	if !r.GetPreview() {
		if err := p.behave(ctx, props); err != nil {
			return nil, err
		}
		p.set(r.GetId(), props)
	}
	return &pulumirpc.UpdateResponse{Properties: r.GetNews()}, nil
}

func (p *probe) Delete(_ context.Context, r *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	p.set(r.GetId(), nil)
	return &emptypb.Empty{}, nil
}

func (p *probe) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.once.Do(func() { close(p.cancelled) })
	return &emptypb.Empty{}, nil
}

func unmarshal(s *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, SkipNulls: true})
}
