package controllers

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/discovery"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// toNobody is a Service without anybody behind it.
func toNobody(ns string) admissionv1.WebhookClientConfig {
	return admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: ns, Name: "nobody"}}
}

// configMapsOf selects what a test creates, so that tests beside it are left alone.
func configMapsOf(label string) (rules []admissionv1.RuleWithOperations, selector map[string]string) {
	return []admissionv1.RuleWithOperations{{
		Operations: []admissionv1.OperationType{admissionv1.Create},
		Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"configmaps"}},
	}}, map[string]string{"checked": label}
}

func TestWebhooksThatNobodyAnswers(t *testing.T) {
	c, ns := world(t)
	rules, labels := configMapsOf(ns)
	validating := &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: objectMeta("", ns), Webhooks: []admissionv1.ValidatingWebhook{{
		Name: "check.example.org", ClientConfig: toNobody(ns), Rules: rules, ObjectSelector: &metav1.LabelSelector{MatchLabels: labels},
		AdmissionReviewVersions: []string{"v1"}, SideEffects: ptr.To(admissionv1.SideEffectClassNone),
	}}}
	mutating := &admissionv1.MutatingWebhookConfiguration{ObjectMeta: objectMeta("", ns), Webhooks: []admissionv1.MutatingWebhook{
		{
			Name: "fill.example.org", ClientConfig: toNobody(ns), Rules: rules, ObjectSelector: &metav1.LabelSelector{MatchLabels: labels},
			AdmissionReviewVersions: []string{"v1"}, SideEffects: ptr.To(admissionv1.SideEffectClassNone),
		},
		{
			Name: "url.example.org", ClientConfig: admissionv1.WebhookClientConfig{URL: ptr.To("https://127.0.0.1:1/")}, Rules: rules,
			ObjectSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"checked": "by-nothing"}}, AdmissionReviewVersions: []string{"v1"},
			SideEffects: ptr.To(admissionv1.SideEffectClassNone),
		},
	}}
	create(t, c, validating, mutating)
	until(t, c, validating, func(v *admissionv1.ValidatingWebhookConfiguration) bool {
		return *v.Webhooks[0].FailurePolicy == admissionv1.Ignore
	})
	until(t, c, mutating, func(m *admissionv1.MutatingWebhookConfiguration) bool {
		return *m.Webhooks[0].FailurePolicy == admissionv1.Ignore
	})
	require.Equal(t, admissionv1.Fail, *mutating.Webhooks[1].FailurePolicy, "only webhooks behind a Service")

	o := &corev1.ConfigMap{ObjectMeta: objectMeta(ns, "checked")}
	o.Labels = labels
	require.Eventually(t, func() bool { return c.Create(t.Context(), o) == nil }, 20*time.Second, 20*time.Millisecond, "the object is refused")
}

func TestConverterThatNobodyAnswers(t *testing.T) {
	c, _ := world(t)
	version := func(name string, storage bool) apiextensionsv1.CustomResourceDefinitionVersion {
		return apiextensionsv1.CustomResourceDefinitionVersion{Name: name, Served: true, Storage: storage,
			Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
				Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": {Type: "string"}}}}}
	}
	d := &apiextensionsv1.CustomResourceDefinition{ObjectMeta: objectMeta("", "things.converted.example.org"),
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{Group: "converted.example.org", Scope: apiextensionsv1.ClusterScoped,
			Names:    apiextensionsv1.CustomResourceDefinitionNames{Plural: "things", Singular: "thing", Kind: "Thing", ListKind: "ThingList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{version("v1", true), version("v1beta1", false)},
			Conversion: &apiextensionsv1.CustomResourceConversion{Strategy: apiextensionsv1.WebhookConverter,
				Webhook: &apiextensionsv1.WebhookConversion{ConversionReviewVersions: []string{"v1"},
					ClientConfig: &apiextensionsv1.WebhookClientConfig{
						Service: &apiextensionsv1.ServiceReference{Namespace: "default", Name: "nobody"}}}}}}
	create(t, c, d)
	until(t, c, d, func(d *apiextensionsv1.CustomResourceDefinition) bool {
		return d.Spec.Conversion.Strategy == apiextensionsv1.NoneConverter
	})
	require.Contains(t, d.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties, "spec", "the schemas stay")

	thing := func(version string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "converted.example.org/" + version, "kind": "Thing",
			"metadata": map[string]any{"name": "one"}, "spec": "kept"}}
	}
	old := thing("v1beta1")
	require.Eventually(t, func() bool { return c.Create(t.Context(), old) == nil }, 20*time.Second, 20*time.Millisecond, "the old version is refused")
	now := thing("v1")
	require.NoError(t, c.Get(t.Context(), client.ObjectKeyFromObject(now), now))
	require.Equal(t, "kept", now.Object["spec"])
}

func TestAPIThatNobodyServes(t *testing.T) {
	c, ns := world(t)
	service := apiService()
	service.SetName("v1.nobody.example.org")
	service.Object["spec"] = map[string]any{"group": "nobody.example.org", "version": "v1", "groupPriorityMinimum": int64(100),
		"versionPriority": int64(100), "insecureSkipTLSVerify": true,
		"service": map[string]any{"namespace": ns, "name": "nobody"}}
	create(t, c, service)
	gone(t, c, service)

	discoverer, err := discovery.NewDiscoveryClientForConfig(suite.config)
	require.NoError(t, err)
	require.Eventually(t, func() bool { // discovery forgets what it thought of the API a moment later
		_, _, err := discoverer.ServerGroupsAndResources()
		return err == nil
	}, 20*time.Second, 20*time.Millisecond, "discovery is incomplete")
	namespace := &corev1.Namespace{ObjectMeta: objectMeta("", ns)}
	require.NoError(t, c.Delete(t.Context(), namespace))
	gone(t, c, namespace)
}

func TestTheAPIServerCallsNobody(t *testing.T) {
	c, ns := world(t)
	rules, labels := configMapsOf(ns)
	abroad := &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: objectMeta("", ns), Webhooks: []admissionv1.ValidatingWebhook{{
		Name: "abroad.example.org", ClientConfig: admissionv1.WebhookClientConfig{URL: ptr.To("https://203.0.113.1/")},
		Rules: rules, ObjectSelector: &metav1.LabelSelector{MatchLabels: labels}, TimeoutSeconds: ptr.To(int32(30)),
		AdmissionReviewVersions: []string{"v1"}, SideEffects: ptr.To(admissionv1.SideEffectClassNone),
	}}}
	create(t, c, abroad)
	var err error
	require.Eventually(t, func() bool { // the API server learns of a webhook a moment after it was made
		o := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: ns, GenerateName: "checked-", Labels: labels}}
		err = c.Create(t.Context(), o)
		return err != nil
	}, 20*time.Second, 20*time.Millisecond)
	require.ErrorContains(t, err, "nobody.sock")
}
