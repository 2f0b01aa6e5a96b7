package engine

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeysOfAState(t *testing.T) {
	const urn = "urn:pulumi:lab::platform::streamforge:data:Data$tls:index/privateKey:PrivateKey::"
	keys, err := keysOf(json.RawMessage(`{"resources": [
		{"urn": "` + urn + `two", "type": "tls:index/privateKey:PrivateKey", "custom": true, "protect": true},
		{"urn": "` + urn + `one", "type": "tls:index/privateKey:PrivateKey", "custom": true},
		{"urn": "` + urn + `one", "type": "tls:index/privateKey:PrivateKey", "custom": true, "delete": true},
		{"urn": "urn:pulumi:lab::platform::tls:index/selfSignedCert:SelfSignedCert::root", "type": "tls:index/selfSignedCert:SelfSignedCert"}
	]}`))
	require.NoError(t, err)
	require.Equal(t, []Key{{Name: "one", URN: urn + "one"}, {Name: "two", URN: urn + "two", Protected: true}}, keys)

	_, err = keysOf(json.RawMessage(`[]`))
	require.ErrorContains(t, err, "not a deployment: ")
}

// TestReplaceMakesAThingAnew: a resource that the run is told to replace is, though nothing about it
// changed, and the next preview is clean.
func TestReplaceMakesAThingAnew(t *testing.T) {
	r := newRig(t)
	r.things["one"], r.things["two"] = text("1"), text("2")
	s, ctx := r.open(), t.Context()
	_, err := s.Up(ctx, r.options())
	require.NoError(t, err)

	const one = "urn:pulumi:dev::probe::streamforge:network:Foundation$streamforge:network:MetalLB$probe:index:Thing::one"
	sum, err := s.Preview(ctx, Options{Replace: []string{one}})
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 3, "replace": 1}, sum.Counts)
	sum, err = s.Up(ctx, Options{Replace: []string{one}})
	require.NoError(t, err)
	require.Equal(t, Counts{"same": 3, "replace": 1}, sum.Counts)
	_, err = s.Preview(ctx, Options{ExpectNoChanges: true})
	require.NoError(t, err)
}
