package engine

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
)

// ownPrefix starts the type token of every component of this project.
const ownPrefix = "streamforge:"

// RootLayer is the name under which resources outside every layer are counted.
const RootLayer = "(stack)"

// LayerOf names the layer of a resource, as Summary does.
func LayerOf(urn string) string { return layerOf(urn) }

// layerOf names the layer of a resource: its first component below the stack, written
// <layer>.<component>. A URN holds the types of all its parents, so no state is needed.
func layerOf(u string) string {
	types := strings.Split(string(urn.URN(u).QualifiedType()), "$")
	rest, ours := strings.CutPrefix(types[0], ownPrefix)
	if !ours {
		return RootLayer
	}
	return strings.ReplaceAll(rest, ":", ".")
}

// label is a resource's short name: the last part of its type and its name.
func label(u string) string {
	typ := string(urn.URN(u).Type())
	return typ[strings.LastIndex(typ, ":")+1:] + " " + urn.URN(u).Name()
}

// counted tells whether a resource belongs into totals. The stack itself and the engine's default
// providers come and go with everything else.
func counted(u string) bool {
	id := urn.URN(u)
	typ := string(id.Type())
	if typ == "pulumi:pulumi:Stack" {
		return false
	}
	return !strings.HasPrefix(typ, "pulumi:providers:") || !strings.HasPrefix(id.Name(), "default")
}

// CountResources counts the resources in a state, the stack itself and the engine's own default providers left out.
func CountResources(d apitype.DeploymentV3) (n int) {
	for _, r := range d.Resources {
		if counted(string(r.URN)) && !r.Delete {
			n++
		}
	}
	return n
}
