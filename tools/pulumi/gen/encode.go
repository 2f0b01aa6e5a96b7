package main

import (
	_ "embed"
	"os"
	"path/filepath"
)

// encoded goes into the engine as resource/stack/encoded.go.
//
//go:embed encoded.go.txt
var encoded []byte

func addEncoded(dir string) error {
	return os.WriteFile(filepath.Join(dir, "resource", "stack", "encoded.go"), encoded, 0o644)
}

// encodeOnce lets a write of the state encode only the resources that were touched since the one before.
// Encoding all of them each time was two thirds of a write, and made the time of `up` grow with the square
// of the number of resources. Only resources that are part of the state are taken over, which they become when
// the step that made them has ended; what is pending is encoded anew each time.
var encodeOnce = []edit{
	{"resource/stack/deployment.go", `	for _, res := range snap.Resources {
		sres, encodedByteString, err := SerializeResource(ctx, res, enc, showSecrets)
		if err != nil {
			return nil, 0, nil, fmt.Errorf("serializing resources: %w", err)
		}
		ApplyFeatures(sres, encodedByteString, featureMap)
		resources = append(resources, sres)
	}
`, `	from := make([]*encoded, len(snap.Resources))
	for i, res := range snap.Resources {
		if !showSecrets {
			if from[i] = encodedAs(res, sm); from[i] != nil {
				ApplyFeatures(from[i].resource, from[i].byteString, featureMap)
				resources = append(resources, from[i].resource)
				continue
			}
		}
		sres, encodedByteString, was, err := serializeResource(ctx, res, enc, showSecrets)
		if err != nil {
			return nil, 0, nil, fmt.Errorf("serializing resources: %w", err)
		}
		from[i] = &encoded{was: was, byteString: encodedByteString}
		ApplyFeatures(sres, encodedByteString, featureMap)
		resources = append(resources, sres)
	}
`},
	{"resource/stack/deployment.go", `	features := slices.Sorted(maps.Keys(featureMap))
	if len(features) == 0 {
		features = nil
	}
`, `	if !showSecrets { // and what is secret is encrypted by now
		if err := keep(snap.Resources, resources, from, sm); err != nil {
			return nil, 0, nil, err
		}
	}

	features := slices.Sorted(maps.Keys(featureMap))
	if len(features) == 0 {
		features = nil
	}
`},
	// The fields are copied under the same lock under which they are read.
	{"resource/stack/deployment.go", `func SerializeResource(
	ctx context.Context, res *pkgresource.State, enc config.Encrypter, showSecrets bool,
) (apitype.ResourceV3, bool, error) {
	contract.Requiref(res != nil, "res", "must not be nil")
	contract.Requiref(res.URN != "", "res", "must have a URN")

	res.Lock.Lock()
	defer res.Lock.Unlock()

`, `func SerializeResource(
	ctx context.Context, res *pkgresource.State, enc config.Encrypter, showSecrets bool,
) (apitype.ResourceV3, bool, error) {
	sres, encodedByteString, _, err := serializeResource(ctx, res, enc, showSecrets)
	return sres, encodedByteString, err
}

func serializeResource(
	ctx context.Context, res *pkgresource.State, enc config.Encrypter, showSecrets bool,
) (apitype.ResourceV3, bool, reflect.Value, error) {
	contract.Requiref(res != nil, "res", "must not be nil")
	contract.Requiref(res.URN != "", "res", "must have a URN")

	res.Lock.Lock()
	defer res.Lock.Unlock()
	was := snapshotOf(res)
	sres, encodedByteString, err := serializeLocked(ctx, res, enc, showSecrets)
	return sres, encodedByteString, was, err
}

func serializeLocked(
	ctx context.Context, res *pkgresource.State, enc config.Encrypter, showSecrets bool,
) (apitype.ResourceV3, bool, error) {
`},
	// What leaks from secret inputs is marked in outputs that may be part of the state already: in a copy, so that it is seen.
	{"resource/deploy/step_executor.go", `					newState.Outputs[k] = resource.MakeSecret(v)
`, `					newState.Outputs = maps.Clone(newState.Outputs)
					newState.Outputs[k] = resource.MakeSecret(v)
`},
	{"resource/deploy/step_executor.go", `					newState.Outputs[k] = resource.MakeSecret(out)
`, `					newState.Outputs = maps.Clone(newState.Outputs)
					newState.Outputs[k] = resource.MakeSecret(out)
`},
	{"backend/diy/state.go", `	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(buf.Bytes()), nil
`, `	if c, ok := v.(apitype.CheckpointV3); ok && c.Latest != nil {
		if raw := stack.Encoded(c.Latest.Resources); raw != nil {
			return joinResources(c, raw)
		}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(buf.Bytes()), nil
`},
	{"backend/diy/state.go", `func (compactJSONMarshaler) Unmarshal(data []byte, v any) error {
`, `// joinResources gives the JSON of a checkpoint whose resources are encoded.
func joinResources(c apitype.CheckpointV3, resources [][]byte) ([]byte, error) {
	latest := *c.Latest
	latest.Resources, c.Latest = nil, nil
	around, err := compactJSONMarshaler{}.Marshal(c)
	if err != nil {
		return nil, err
	}
	within, err := compactJSONMarshaler{}.Marshal(latest)
	if err != nil {
		return nil, err
	}
	size := len(around) + len(within) + 64
	for _, r := range resources {
		size += len(r) + 1
	}
	// Neither object is empty: one has the name of the stack, the other a manifest.
	b := append(make([]byte, 0, size), bytes.TrimSuffix(around, []byte("}"))...)
	b = append(b, ",\"latest\":"...)
	b = append(b, bytes.TrimSuffix(within, []byte("}"))...)
	b = append(b, ",\"resources\":["...)
	for i, r := range resources {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r...)
	}
	return append(b, "]}}"...), nil
}

func (compactJSONMarshaler) Unmarshal(data []byte, v any) error {
`},
	// Without aliases there is nothing to rename: each resource was copied, with all it refers to, to find
	// that out.
	{"resource/deploy/snapshot.go", `	fixUrn := func(urn resource.URN) resource.URN {
		if newUrn, has := aliased[urn]; has {
			// TODO should this recur to see if newUrn is similarly aliased?
`, `	if len(aliased) == 0 {
		return snap, nil
	}

	fixUrn := func(urn resource.URN) resource.URN {
		if newUrn, has := aliased[urn]; has {
			// TODO should this recur to see if newUrn is similarly aliased?
`},
}
