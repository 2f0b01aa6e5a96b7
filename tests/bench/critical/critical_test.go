package critical

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func urn(name string) resource.URN {
	return resource.NewURN("sandbox", "streamforge", "", "kubernetes:core/v1:Secret", name)
}

// chained is a component with a chain a, b, c below it, d beside them and e that never ends; b waits
// for its provider too, which is slower than a.
func chained() (map[resource.URN]Step, apitype.DeploymentV3) {
	var events Events
	start := time.Unix(0, 0)
	at := func(seconds int, begins string, ends string) {
		now := start.Add(time.Duration(seconds) * time.Second)
		meta := func(name string) apitype.StepEventMetadata { return apitype.StepEventMetadata{URN: string(urn(name))} }
		if ends != "" {
			events.at(apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: meta(ends)}}, now)
		}
		if begins != "" {
			events.at(apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: meta(begins)}}, now)
		}
	}
	at(0, "layer", "")
	at(0, "a", "")
	at(0, "provider", "")
	at(0, "d", "")
	at(0, "e", "")
	at(1, "", "a")
	at(2, "", "provider")
	at(3, "b", "") // one second late
	at(6, "c", "b")
	at(6, "", "d") // longer than each of the others alone
	at(10, "", "c")
	at(12, "", "layer")
	custom := func(name string, after ...resource.URN) apitype.ResourceV3 {
		return apitype.ResourceV3{URN: urn(name), Custom: true, Parent: urn("layer"), Dependencies: after}
	}
	b, c := custom("b", urn("a")), custom("c")
	b.Provider = string(urn("provider")) + "::id"
	c.PropertyDependencies = map[resource.PropertyKey][]resource.URN{"data": {urn("b")}}
	return events.Steps(), apitype.DeploymentV3{Resources: []apitype.ResourceV3{
		{URN: urn("layer")}, custom("provider"), custom("a"), b, c, custom("d"), custom("e"),
	}}
}

func names(path []Step) (all []string) {
	for _, s := range path {
		all = append(all, s.URN.Name())
	}
	return all
}

func TestPath(t *testing.T) {
	steps, state := chained()
	assert.NotContains(t, steps, urn("e"), "it has not ended")
	path := Path(steps, state)
	assert.Equal(t, []string{"provider", "b", "c"}, names(path))
	assert.Equal(t, 9*time.Second, Length(path), "time between operations is not counted")
	assert.Equal(t, []string{"c", "b"}, names(Longest(path, 2)))
	assert.Len(t, Longest(path, 9), 3)

	state.Resources[4].PropertyDependencies = nil // c waits for nobody any more
	assert.Equal(t, []string{"d"}, names(Path(steps, state)))
	assert.Empty(t, Path(nil, state))
}

func TestDraw(t *testing.T) {
	steps, state := chained()
	path := Path(steps, state)
	svg := Draw(path, 12*time.Second)
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		if _, err := d.Token(); err != nil {
			require.True(t, errors.Is(err, io.EOF), err)
			break
		}
	}
	assert.Equal(t, len(path), strings.Count(string(svg), `class="bar"`))
	assert.Contains(t, string(svg), "Secret provider: 2s")
}
