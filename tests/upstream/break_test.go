package upstream_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/kube/kubetest"
	"github.com/streamforge/infrastructure/internal/pins"
)

// TestValuesCanFail sets values of a small chart, each right or wrong in one way.
func TestValuesCanFail(t *testing.T) {
	list := []allowed{{Finding: "shop-1.0.0 doors.*", Like: "front", Reason: "as many as the user likes"}}
	for name, c := range map[string]struct{ values, want string }{
		"nothing set":                     {`{}`, ""},
		"as the chart has it":             {`{replicas: 2, title: x, owner: {a: 1}, labels: {a: b}, securityContext: {enabled: false}}`, ""},
		"unknown path":                    {`{replica: 2}`, "shop-1.0.0 replica: is neither in the chart's values nor in its schema"},
		"unknown path below":              {`{doors: {front: {prot: 80}}}`, "shop-1.0.0 doors.front.prot: is neither in the chart's values nor in its schema"},
		"commented out":                   {`{motto: x, owner: {a: 1}, register: {sound: loud}}`, ""},
		"commented out elsewhere":         {`{sound: loud}`, "shop-1.0.0 sound: is neither in the chart's values nor in its schema"},
		"content of an example":           {`{register: {example: 1}}`, "shop-1.0.0 register.example: is neither"},
		"wrong type":                      {`{register: {currency: 1}}`, "shop-1.0.0 register.currency: is a number, the chart's default EUR is a string"},
		"map for a scalar":                {`{doors: {front: {expose: {default: true}}}}`, "doors.front.expose: is a map, the chart's default true is a bool"},
		"another type, as the schema has": {`{title: [a]}`, ""},
		"refused by the schema":           {`{replicas: 4}`, "maximum: got 4, want 3"},
		"only in the schema":              {`{shelves: {left: {width: 3}}}`, ""},
		"unknown below the schema":        {`{shelves: {left: {wide: 3}}}`, "shop-1.0.0 shelves.left.wide: is neither"},
		"a sub-chart's value":             {`{register: {drawer: {open: true}}}`, ""},
		"unknown in a sub-chart":          {`{register: {drawer: {locked: true}}}`, "shop-1.0.0 register.drawer.locked: is neither"},
		"Kubernetes type":                 {`{resources: {limits: {memory: 1Gi}}}`, ""},
		"unknown field of Kubernetes":     {`{resources: {limit: {memory: 1Gi}}}`, `resources: is no v1.ResourceRequirements: json: unknown field "limit"`},
		"member of an open map":           {`{doors: {back: {port: 81}}}`, "shop-1.0.0 doors.*: has no back"}, // sift takes it away
		"unknown in an open map":          {`{doors: {back: {prot: 81}}}`, "doors.*: has no back\nshop-1.0.0 doors.back.prot: is neither"},
	} {
		t.Run(name, func(t *testing.T) {
			chart, err := loadChart("testdata", "shop-1.0.0")
			require.NoError(t, err)
			values := map[string]any{}
			require.NoError(t, yaml.Unmarshal([]byte(c.values), &values))
			requireFinding(t, c.want, chart.check("shop", values, list))
		})
	}
}

// TestObjectsCanFail registers one object of a small definition, right or wrong in one way.
func TestObjectsCanFail(t *testing.T) {
	all, err := loadDefinitions("testdata")
	require.NoError(t, err)
	spec := func(yamlText string) pulumi.Map {
		values := map[string]any{}
		require.NoError(t, yaml.Unmarshal([]byte(yamlText), &values))
		return pulumi.ToMap(values)
	}
	order, inShop := kube.Kind{APIVersion: "shop.test/v1", Kind: "Order"}, pulumi.String("shop")
	for name, c := range map[string]struct {
		object kube.Object
		want   string
	}{
		"accepted":             {kube.Object{Kind: order, Namespace: inShop, Spec: spec(`{amount: 2, tags: [a, b]}`)}, ""},
		"unknown field":        {kube.Object{Kind: order, Namespace: inShop, Spec: spec(`{amount: 2, amuont: 3}`)}, "Order spec.amuont: Forbidden: unknown field"},
		"wrong type":           {kube.Object{Kind: order, Namespace: inShop, Spec: spec(`{amount: two}`)}, `Order spec.amount: Invalid value: "string": spec.amount in body must be of type integer: "string"`},
		"missing field":        {kube.Object{Kind: order, Namespace: inShop, Spec: spec(`{tags: [a]}`)}, "Order spec.amount: Required value"},
		"below the minimum":    {kube.Object{Kind: order, Namespace: inShop, Spec: spec(`{amount: 0}`)}, "should be greater than or equal to 1"},
		"twice in a set":       {kube.Object{Kind: order, Namespace: inShop, Spec: spec(`{amount: 2, tags: [a, a]}`)}, "Order spec.tags[1]: Duplicate value"},
		"a rule, by a default": {kube.Object{Kind: order, Namespace: inShop, Spec: spec(`{amount: 11}`)}, "amount is above limit"},
		"no namespace":         {kube.Object{Kind: order, Spec: spec(`{amount: 2}`)}, "Order metadata.namespace: Required value: the kind is namespaced"},
		"a namespace too many": {kube.Object{Kind: kube.Kind{APIVersion: "shop.test/v1", Kind: "Town"}, Namespace: inShop}, "the kind is cluster-scoped"},
		"no definition":        {kube.Object{Kind: kube.Kind{APIVersion: "shop.test/v1", Kind: "Ordre"}, Namespace: inShop}, "no definition serves shop.test/v1 Ordre"},
		"version not served":   {kube.Object{Kind: kube.Kind{APIVersion: "shop.test/v0", Kind: "Order"}, Namespace: inShop}, "no definition serves shop.test/v0 Order"},
		"schema apart":         {kube.Object{Kind: kube.Kind{APIVersion: "shop.test/v1", Kind: "Visit"}, Spec: spec(`{guest: 1}`)}, "Visit spec.guest: Forbidden: unknown field"},
		"secret value":         {kube.Object{Kind: order, Namespace: inShop, Spec: pulumi.Map{"amount": pulumi.ToSecret(pulumi.String("2"))}}, "must be of type integer"},
		"native, unknown field": {kube.Object{Kind: kube.Kind{APIVersion: "discovery.k8s.io/v1", Kind: "EndpointSlice"},
			Fields: pulumi.Map{"adressType": pulumi.String("IPv4")}}, `unknown field "adressType"`},
	} {
		t.Run(name, func(t *testing.T) {
			g := kubetest.Run(t, func(ctx *pulumi.Context) error {
				_, err := kube.Apply(ctx, "thing", c.object)
				return err
			})
			found, _, objects := compare(upstream{"testdata", all, nil}, g, map[string]bool{})
			require.Equal(t, 1, objects)
			requireFinding(t, c.want, found)
		})
	}
}

// TestReleasesAreCompared takes the whole way from the graph to a finding.
func TestReleasesAreCompared(t *testing.T) {
	mirror := kubetest.Mirror(t)
	shop := pins.Chart{Name: "shop", Version: "1.0.0"}
	require.NoError(t, writeEmpty(mirror, shop))
	g := kubetest.Run(t, func(ctx *pulumi.Context) error {
		_, err := kube.Charts{Mirror: mirror}.Release(ctx, "shop", shop, kube.ReleaseArgs{
			Namespace: pulumi.String("shop"), Values: pulumi.Map{"titel": pulumi.ToSecret(pulumi.String("x"))}})
		return err
	})
	deployed := map[string]bool{}
	found, releases, _ := compare(upstream{dir: "testdata"}, g, deployed)
	require.Equal(t, 1, releases)
	require.Equal(t, map[string]bool{"shop-1.0.0": true}, deployed)
	requireFinding(t, "kubernetes:helm.sh/v3:Release shop: shop-1.0.0 titel: is neither", found)
}

// TestUnknownValuesAreFindings: what nobody knows, nobody has compared.
func TestUnknownValuesAreFindings(t *testing.T) {
	inputs := resource.PropertyMap{"spec": resource.MakeComputed(resource.NewProperty(""))}
	g := &kubetest.Graph{}
	g.All = []kubetest.Resource{{Type: "kubernetes:core/v1:Pod", Name: "p", Inputs: inputs}}
	found, _, _ := compare(upstream{}, g, nil)
	requireFinding(t, "kubernetes:core/v1:Pod p: p: holds a value that an update would not know either", found)
}

// TestAllowList proves that the list is kept short and true.
func TestAllowList(t *testing.T) {
	found := []finding{{"shop-1.0.0 a", "r", "p"}, {"shop-1.0.0 a", "r", "p"}, {"shop-1.0.0 b", "r", "p"}}
	require.Equal(t, []string{"r: shop-1.0.0 b: p"}, sift(found, []allowed{{Finding: "shop-1.0.0 a", Reason: "y"}}))
	require.Equal(t, []string{
		`allow.yaml: "shop-1.0.0 b" has no reason`,
		`r: shop-1.0.0 a: p`,
		`allow.yaml: "shop-1.0.0 c" allows nothing any more`,
	}, sift(found, []allowed{{Finding: "shop-1.0.0 b"}, {Finding: "shop-1.0.0 c", Reason: "y"}}))
	require.Contains(t, sift(nil, make([]allowed, most+1)), "allow.yaml: 6 entries, at most 5")
}

// TestUncoveredCharts: where there are no data at all, every pin is a finding.
func TestUncoveredCharts(t *testing.T) {
	require.Len(t, uncovered(t, t.TempDir(), nil), len(pins.AllCharts()))
}

// requireFinding expects one finding for each line of want, in that order.
func requireFinding(t *testing.T, want string, found []finding) {
	t.Helper()
	parts := strings.FieldsFunc(want, func(r rune) bool { return r == '\n' })
	require.Len(t, found, len(parts), "%v", found)
	for i, part := range parts {
		require.Contains(t, found[i].String(), part)
	}
}
