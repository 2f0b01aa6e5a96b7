package vault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Unseal gives the server shares until it is open. It does nothing when it is open already, and
// goes on with what others gave before. The shares are in clear, each as Vault gave it.
func (s Server) Unseal(ctx context.Context, shares []string) (Done, error) {
	st, err := s.State(ctx)
	if err != nil {
		return false, err
	}
	if !st.Initialized {
		return false, &Unready{s.Address, "is not initialised", "run `streamforge vault init` first; " +
			"a further server of a cluster says so until it has joined the first, which must be open for that"}
	}
	if !st.Sealed {
		// One that was just given a snapshot seals itself a moment later.
		if err := s.active(ctx); !errors.Is(err, errSealed) {
			return false, err
		}
	}
	c, err := s.client("")
	if err != nil {
		return false, err
	}
	for i, share := range shares {
		now, err := c.Sys().UnsealWithContext(ctx, share)
		if err != nil {
			return false, fmt.Errorf("vault %s: share %d of %d is not taken: %w", s.Address, i+1, len(shares), err)
		}
		if !now.Sealed {
			return true, s.active(ctx)
		}
		st.Given = now.Progress
	}
	return false, &Unready{s.Address, fmt.Sprintf("is still sealed: it has %d of %d shares", st.Given, st.Threshold),
		"give the missing ones with `streamforge vault unseal`; a restart of the server forgets those given"}
}

// activeWithin bounds the wait for a leader after the last share.
const activeWithin = time.Minute

// errSealed is a server that is sealed, which no wait will change.
var errSealed = errors.New("sealed")

// active waits until requests are served, by this server or through it. It fails with errSealed
// when the server is, or becomes, sealed.
func (s Server) active(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, activeWithin)
	defer cancel()
	c, err := s.client("")
	if err != nil {
		return err
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		health, err := c.Sys().HealthWithContext(ctx)
		if err == nil && !health.Sealed && (!health.Standby || health.PerformanceStandby) {
			return nil
		}
		if err == nil && health.Sealed {
			return fmt.Errorf("vault %s: %w", s.Address, errSealed)
		}
		if leader, err := c.Sys().LeaderWithContext(ctx); err == nil && leader.LeaderAddress != "" && !leader.IsSelf {
			return nil
		}
		select {
		case <-ctx.Done():
			return &Unready{s.Address, "is open, but no server has become the active one within " + activeWithin.String(),
				"look at its log; with several servers, unseal a majority of them"}
		case <-tick.C:
		}
	}
}
