package kube

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// What is empty is left out, as the API server would fill it in.

func setString(m pulumi.Map, key, value string) {
	if value != "" {
		m[key] = pulumi.String(value)
	}
}

func setInt(m pulumi.Map, key string, value int) {
	if value != 0 {
		m[key] = pulumi.Int(value)
	}
}

func setStrings(m pulumi.Map, key string, values []string) {
	if len(values) > 0 {
		m[key] = pulumi.ToStringArray(values)
	}
}

func setList[T any](m pulumi.Map, key string, values []T, spec func(T) pulumi.Map) {
	var all pulumi.Array
	for _, v := range values {
		all = append(all, spec(v))
	}
	if all != nil {
		m[key] = all
	}
}
