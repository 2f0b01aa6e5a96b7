package upstream_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
)

// kubernetesTypes are values that charts copy into a pod as they are: what may stand below them is
// said by Kubernetes, not by the few keys of the chart's default. securityContext is either of two.
var kubernetesTypes = map[string][]any{
	"affinity":                  {corev1.Affinity{}},
	"containerSecurityContext":  {corev1.SecurityContext{}},
	"nodeSelector":              {map[string]string{}},
	"podSecurityContext":        {corev1.PodSecurityContext{}},
	"resources":                 {corev1.ResourceRequirements{}},
	"securityContext":           {corev1.SecurityContext{}, corev1.PodSecurityContext{}},
	"tolerations":               {[]corev1.Toleration{}},
	"topologySpreadConstraints": {[]corev1.TopologySpreadConstraint{}},
}

// kubernetesType tells whether the chart's default shows that a value is of the Kubernetes type
// its key promises, and if so what is wrong with what is set.
func kubernetesType(key string, set, standard any) (known bool, problem error) {
	for _, t := range kubernetesTypes[key] {
		if strictly(standard, t) != nil {
			continue // a structure of the chart's own under a well-known key
		}
		known = true
		err := strictly(set, t)
		if err == nil {
			return true, nil
		}
		problem = errors.Join(problem, err)
	}
	return known, problem
}

// strictly decodes a value into the type of example and refuses unknown fields.
func strictly(value, example any) error {
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	into := reflect.New(reflect.TypeOf(example))
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into.Interface()); err != nil {
		return fmt.Errorf("is no %T: %w", example, err)
	}
	return nil
}
