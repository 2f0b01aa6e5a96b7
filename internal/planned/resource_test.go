package planned

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

func TestAt(t *testing.T) {
	var list []resource.PropertyValue
	for i := range 12 {
		list = append(list, resource.NewProperty(float64(i)))
	}
	r := Resource{Inputs: resource.PropertyMap{"list": resource.NewProperty(list), "a.b": resource.NewProperty("dotted")}}
	for path, want := range map[string]any{
		"list.0": 0.0, "list.11": 11.0, "list.12": nil, "list.-1": nil, "list.": nil, "list.x": nil, "list.0.x": nil, `a\.b`: "dotted", "none": nil,
	} {
		require.Equal(t, want, r.At(path), path)
	}
}
