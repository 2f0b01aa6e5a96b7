package proxmox

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlace(t *testing.T) {
	hosts := []string{"pve1", "pve2", "pve3"}
	for name, tt := range map[string]struct {
		hosts, given, want []string
		err                string
	}{
		"no machines":      {hosts: hosts, want: []string{}},
		"in turn":          {hosts: hosts, given: make([]string, 5), want: []string{"pve1", "pve2", "pve3", "pve1", "pve2"}},
		"given":            {hosts: hosts, given: []string{"pve3", "pve3"}, want: []string{"pve3", "pve3"}},
		"mixed":            {hosts: hosts, given: []string{"", "pve1", "", ""}, want: []string{"pve1", "pve1", "pve3", "pve1"}},
		"one host":         {hosts: hosts[:1], given: make([]string, 2), want: []string{"pve1", "pve1"}},
		"no host needed":   {given: []string{"pve9"}, want: []string{"pve9"}},
		"no host at hand":  {given: []string{"pve9", ""}, err: "machine 2 has no host: there is none to choose from"},
		"nothing anywhere": {given: []string{""}, err: "machine 1 has no host: there is none to choose from"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Place(tt.hosts, tt.given)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestPlaceMovesNoOtherMachine(t *testing.T) {
	hosts := []string{"pve1", "pve2", "pve3"}
	given := []string{"", "pve3", "", "", ""}
	before, err := Place(hosts, given)
	require.NoError(t, err)

	longer, err := Place(hosts, append(slices.Clone(given), "", "pve1"))
	require.NoError(t, err)
	assert.Equal(t, before, longer[:len(before)], "a machine added at the end moved another")

	for i := range given {
		chosen := slices.Clone(given)
		chosen[i] = "pve2"
		after, err := Place(hosts, chosen)
		require.NoError(t, err)
		after[i] = before[i]
		assert.Equal(t, before, after, "a host chosen for machine %d moved another", i)
	}
}
