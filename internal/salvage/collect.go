// Package salvage knows what a killed or cut off run leaves in the way of the next one. Most comes right
// by itself: the engine's refresh finds machines and objects, and the providers take over what they made
// and lost the answer about. Helm does not: it notes in the cluster that an installation has begun, and
// refuses another of that name for ever; such a record is taken away. Nor do servers that refuse to make
// a thing twice; IDs tells how to find out whether they have it.
package salvage

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// Wanted is a release that Helm refused to install or to upgrade, as the program wants it.
type Wanted struct {
	URN       string
	Name      string
	Namespace string
	Version   string         // of the chart
	Values    map[string]any // secrets in it are masked
	Create    bool           // the state does not know it
}

// Collector finds them in the events of a run.
type Collector struct {
	said    map[string][]string // diagnostics by URN
	refused []Wanted
}

// refusals are Helm's words when the record of an earlier operation is in its way.
var refusals = []string{
	"cannot re-use a name that is still in use",
	"another operation (install/upgrade/rollback) is in progress",
	"has no deployed releases",
}

// Observe takes one event of the engine.
func (c *Collector) Observe(e apitype.EngineEvent) {
	switch {
	case e.DiagnosticEvent != nil && e.DiagnosticEvent.Severity == "error":
		if c.said == nil {
			c.said = map[string][]string{}
		}
		c.said[e.DiagnosticEvent.URN] = append(c.said[e.DiagnosticEvent.URN], e.DiagnosticEvent.Message)
	case e.ResOpFailedEvent != nil:
		m := e.ResOpFailedEvent.Metadata
		if m.Type != "kubernetes:helm.sh/v3:Release" || m.New == nil || !refusal(strings.Join(c.said[m.URN], "\n")) {
			return
		}
		w := Wanted{URN: m.URN, Create: m.Op == apitype.OpCreate}
		w.Name, _ = m.New.Inputs["name"].(string)
		w.Namespace, _ = m.New.Inputs["namespace"].(string)
		w.Version, _ = m.New.Inputs["version"].(string)
		w.Values, _ = m.New.Inputs["values"].(map[string]any)
		c.refused = append(c.refused, w)
	}
}

func refusal(text string) bool {
	for _, r := range refusals {
		if strings.Contains(text, r) {
			return true
		}
	}
	return false
}

// Refused are the releases found so far.
func (c *Collector) Refused() []Wanted { return c.refused }
