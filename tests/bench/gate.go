package main

import "context"

// gated is the price of judging: the gate previews too.
var gated = figure{
	name: "gate", what: "wall time of `streamforge gate` on the whole platform, unchanged, in the sandbox",
	against: "`streamforge preview` of the same", target: 1.5,
	measure: func(ctx context.Context, b *bench) (samples, error) {
		s, err := b.site(ctx)
		if err != nil {
			return samples{}, err
		}
		return pairs(5,
			func() (float64, error) { return s.streamforge(ctx, "gate", "-q", "-s", "sandbox") },
			func() (float64, error) {
				return s.streamforge(ctx, "preview", "-q", "-s", "sandbox", "--expect-no-changes")
			})
	},
}
