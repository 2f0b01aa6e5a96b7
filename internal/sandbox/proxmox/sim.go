package proxmox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Sim is a simulated Proxmox VE cluster. All methods may be called at any time
// from any goroutine.
type Sim struct {
	opt    Options
	routes []route

	mu       sync.Mutex
	st       *state
	watchers map[chan []VM]struct{}
	work     sync.WaitGroup // running tasks
	halt     chan struct{}  // closed by Close: tasks that still wait give up
	closed   bool

	faults faultBox
}

// New builds the cluster, taking up the state in opt.StateFile where there is
// one. All mistakes in opt are reported together.
func New(opt Options) (*Sim, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("proxmox simulator: %w", err)
	}
	st, err := loadState(opt.StateFile)
	if err != nil {
		return nil, fmt.Errorf("proxmox simulator: %w", err)
	}
	s := &Sim{opt: opt, st: st, watchers: map[chan []VM]struct{}{}, halt: make(chan struct{})}
	s.routes = allRoutes()
	s.faults.set(opt.Faults)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recover()
	if err := s.save(); err != nil {
		return nil, fmt.Errorf("proxmox simulator: %w", err)
	}
	return s, nil
}

// Close ends waiting tasks as a power cut would and waits for their goroutines.
// It does not stop a server started by Serve; cancel its context for that.
func (s *Sim) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.halt)
	}
	s.mu.Unlock()
	s.work.Wait()
}

// Serve answers on ln with cert, TLS 1.3 only as the provider asks by default,
// until ctx ends. It returns nil after an orderly end.
func (s *Sim) Serve(ctx context.Context, ln net.Listener, cert tls.Certificate) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.opt.Logger.Handler(), slog.LevelDebug),
		TLSConfig: &tls.Config{
			Certificates: []tls.Certificate{cert},
			MinVersion:   tls.VersionTLS13,
			NextProtos:   []string{"http/1.1"}, // as a real node; reason phrases need it
		},
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	done := make(chan error, 1)
	go func() { done <- srv.ServeTLS(ln, "", "") }()
	select {
	case err := <-done:
		return fmt.Errorf("proxmox simulator on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		_ = srv.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("proxmox simulator on %s: %w", ln.Addr(), err)
	}
	return nil
}
