package replay

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	layerType  = "streamforge:network:Foundation"
	secretType = "kubernetes:core/v1:Secret"
	customType = "kubernetes:traefik.io/v1alpha1:Middleware"
)

func secret(plaintext string) map[string]any {
	return map[string]any{resource.SigKey: resource.SecretSig, "plaintext": plaintext}
}

// recorded is a layer with its provider, a Secret, what waits for it, and a custom resource.
func recorded() apitype.DeploymentV3 {
	at := func(typ, name string) resource.URN {
		return resource.URN("urn:pulumi:sandbox::streamforge::" + typ + "::" + name)
	}
	stack := at("pulumi:pulumi:Stack", "streamforge-sandbox")
	layer := at(layerType, "network")
	own := at(layerType+"$pulumi:providers:kubernetes", "cluster")
	first := at(layerType+"$"+secretType, "first")
	ref := string(own) + "::1234"
	return apitype.DeploymentV3{Resources: []apitype.ResourceV3{
		{URN: stack, Type: resource.RootStackType},
		{URN: at("pulumi:providers:tls", "default"), Custom: true, Type: "pulumi:providers:tls", ID: "1", Inputs: map[string]any{"version": "5.0.0"}},
		{URN: layer, Type: layerType, Parent: stack},
		{URN: own, Type: "pulumi:providers:kubernetes", Custom: true, ID: "1234", Parent: layer,
			Inputs: map[string]any{"kubeconfig": secret(`"apiVersion: v1"`), "version": "4.0.0", "__internal": map[string]any{}}},
		{URN: first, Type: secretType, Custom: true, ID: "a/first", Parent: layer, Provider: ref, Protect: true, Inputs: map[string]any{
			"stringData": secret(`{"password":"hush ${x}"}`), "__defaults": []any{"x"}, "list": []any{1.0, nil, "${y}"}}},
		{URN: at(layerType+"$"+secretType, "second"), Type: secretType, Custom: true, Parent: layer, Provider: ref,
			Dependencies: []resource.URN{first}, Inputs: map[string]any{}},
		{URN: at(layerType+"$"+customType, "third"), Type: customType, Custom: true, Parent: layer, Provider: ref, Inputs: map[string]any{}},
		{URN: at("tls:index/privateKey:PrivateKey", "key"), Type: "tls:index/privateKey:PrivateKey", Custom: true, Parent: stack,
			Provider: string(at("pulumi:providers:tls", "default")) + "::1", Inputs: map[string]any{"algorithm": "RSA"}},
	}}
}

// notes keeps what a program registers.
type notes struct {
	made map[string]pulumi.MockResourceArgs
}

func (n notes) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	n.made[args.Name] = args
	return args.Name, args.Inputs, nil
}

func (notes) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) { return nil, nil }

func TestProgram(t *testing.T) {
	n := notes{map[string]pulumi.MockResourceArgs{}}
	require.NoError(t, pulumi.RunErr(Program(recorded()), pulumi.WithMocks("streamforge", "sandbox", n)))
	assert.NotContains(t, n.made, "default", "the engine makes its own providers")
	require.Len(t, n.made, 6)
	assert.False(t, n.made["network"].Custom)
	first := n.made["first"]
	assert.Equal(t, secretType, first.TypeToken)
	assert.NotContains(t, first.Inputs, resource.PropertyKey("__defaults"))
	require.True(t, first.Inputs["stringData"].IsSecret(), "a secret stays one")
	assert.Equal(t, "hush ${x}", first.Inputs["stringData"].SecretValue().Element.ObjectValue()["password"].StringValue())
	assert.Contains(t, first.RegisterRPC.GetParent(), "::network")
	assert.Contains(t, first.RegisterRPC.GetProvider(), "::cluster::")
	assert.True(t, first.RegisterRPC.GetProtect())
	assert.Equal(t, "5.0.0", n.made["key"].RegisterRPC.GetVersion())
}

func TestMaskedSecretIsRefused(t *testing.T) {
	state := recorded()
	state.Resources[4].Inputs["stringData"] = map[string]any{resource.SigKey: resource.SecretSig, "ciphertext": "v1:x"}
	n := notes{map[string]pulumi.MockResourceArgs{}}
	err := pulumi.RunErr(Program(state), pulumi.WithMocks("streamforge", "sandbox", n))
	require.ErrorContains(t, err, "not in clear")
	_, _, err = YAML(state, "site", "yaml", map[string]bool{secretType: true})
	require.ErrorContains(t, err, "not in clear")
}

func TestYAML(t *testing.T) {
	raw, moved, err := YAML(recorded(), "site", "yaml", map[string]bool{secretType: true})
	require.NoError(t, err)
	var program struct {
		Runtime   string
		Resources map[string]struct {
			Type, Name string
			Properties map[string]any
			Options    map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(raw, &program))
	assert.Equal(t, "yaml", program.Runtime)
	require.Len(t, program.Resources, 4, "neither components, custom resources nor the engine's own providers")

	own, first, second, key := program.Resources["r0"], program.Resources["r1"], program.Resources["r2"], program.Resources["r3"]
	assert.Equal(t, "4.0.0", own.Options["version"])
	assert.NotContains(t, own.Properties, "version")
	assert.Equal(t, map[string]any{"protect": true, "provider": "${r0}"}, first.Options)
	assert.Equal(t, map[string]any{"fn::secret": map[string]any{"password": "hush $${x}"}}, first.Properties["stringData"])
	assert.Equal(t, []any{1.0, nil, "$${y}"}, first.Properties["list"])
	assert.Equal(t, []any{"${r1}"}, second.Options["dependsOn"])
	assert.Equal(t, "5.0.0", key.Options["version"])

	var urns []string
	for _, r := range moved.Resources {
		urns = append(urns, string(r.URN))
	}
	assert.Equal(t, []string{
		"urn:pulumi:yaml::site::pulumi:pulumi:Stack::site-yaml",
		"urn:pulumi:yaml::site::pulumi:providers:tls::default",
		"urn:pulumi:yaml::site::pulumi:providers:kubernetes::cluster",
		"urn:pulumi:yaml::site::kubernetes:core/v1:Secret::first",
		"urn:pulumi:yaml::site::kubernetes:core/v1:Secret::second",
		"urn:pulumi:yaml::site::tls:index/privateKey:PrivateKey::key",
	}, urns)
	assert.Equal(t, urns[2]+"::1234", moved.Resources[3].Provider)
	assert.Equal(t, []resource.URN{resource.URN(urns[3])}, moved.Resources[4].Dependencies)
	assert.EqualValues(t, urns[0], moved.Resources[3].Parent)
}
