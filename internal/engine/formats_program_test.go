package engine

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// makeThings declares what every phase has in common: things in a component, one read, one taken over.
func makeThings(ctx *pulumi.Context, things map[string]pulumi.Map, opts map[string][]pulumi.ResourceOption) (map[string]*thing, error) {
	layer := &component{}
	if err := ctx.RegisterComponentResource("streamforge:network:Foundation", "foundation", layer); err != nil {
		return nil, err
	}
	made := map[string]*thing{}
	for name, props := range things {
		made[name] = &thing{}
		if err := ctx.RegisterResource("probe:index:Thing", name, props, made[name], append(opts[name], pulumi.Parent(layer))...); err != nil {
			return nil, err
		}
	}
	return made, ctx.ReadResource("probe:index:Thing", "foreign", pulumi.ID("foreign"), nil, &thing{}, pulumi.Parent(layer))
}

func nested(partitions int, acl string) pulumi.Map {
	return pulumi.Map{"detailed": pulumi.Bool(true), "spec": pulumi.Map{
		"partitions": pulumi.Int(partitions), "acls": pulumi.ToStringArray([]string{"read", acl}),
	}}
}

func firstThings() map[string]pulumi.Map {
	return map[string]pulumi.Map{
		"plain": text("1"), "doomed": text("2"), "kept": text("3"), "imported": text("there before"), "guarded": text("4"),
		"secret":  {"text": pulumi.ToSecret(pulumi.String(hush)), "detailed": pulumi.Bool(true)},
		"nested":  nested(6, "write"),
		"renewed": {"kind": pulumi.String("a"), "detailed": pulumi.Bool(true)},
		"rebuilt": {"kind": pulumi.String("a")},
	}
}

func firstOptions() map[string][]pulumi.ResourceOption {
	return map[string][]pulumi.ResourceOption{
		"imported": {pulumi.Import(pulumi.ID("imported"))}, "guarded": {pulumi.Protect(true)},
		"kept": {pulumi.RetainOnDelete(true)}, "rebuilt": {pulumi.DeleteBeforeReplace(true)},
	}
}

// first is what stands before the changes. One thing has a value that only a run can know.
func first(ctx *pulumi.Context) error {
	made, err := makeThings(ctx, firstThings(), firstOptions())
	if err != nil {
		return err
	}
	if err := ctx.Log.Warn("a warning about one", &pulumi.LogArgs{Resource: made["plain"]}); err != nil {
		return err
	}
	ctx.Export("open", pulumi.String("1"))
	ctx.Export("hidden", pulumi.ToSecret(pulumi.String(hush)))
	return ctx.RegisterResource("probe:index:Thing", "dependent", pulumi.Map{"text": made["plain"].ID()}, &thing{})
}

// outputsOnly changes what the stack puts out, and no resource.
func outputsOnly(ctx *pulumi.Context) error {
	if err := first(ctx); err != nil {
		return err
	}
	ctx.Export("open", pulumi.String("2"))
	ctx.Export("more", pulumi.ToMap(map[string]any{"a": 1}))
	return nil
}

// second changes something in every way.
func second(ctx *pulumi.Context) error {
	_, err := changed(ctx)
	return err
}

// failing is second with a thing that cannot be made when all else is done.
func failing(ctx *pulumi.Context) error {
	made, err := changed(ctx)
	if err != nil {
		return err
	}
	var after []pulumi.Resource
	for _, other := range made {
		after = append(after, other)
	}
	return ctx.RegisterResource("probe:index:Thing", "broken", pulumi.Map{"fail": pulumi.String("disk is full\non pve1")}, &thing{}, pulumi.DependsOn(after))
}

func changed(ctx *pulumi.Context) (map[string]*thing, error) {
	things, opts := firstThings(), firstOptions()
	delete(things, "doomed")
	delete(things, "kept")
	things["plain"], things["fresh"], things["nested"] = text("other"), text("new"), nested(9, "all")
	things["secret"]["text"] = pulumi.ToSecret(pulumi.String(hush + hush))
	things["renewed"]["kind"], things["rebuilt"]["kind"] = pulumi.String("b"), pulumi.String("b")
	opts["imported"] = nil // what was taken over stays
	made, err := makeThings(ctx, things, opts)
	if err != nil {
		return nil, err
	}
	ctx.Export("open", pulumi.String("1"))
	made["dependent"] = &thing{}
	return made, ctx.RegisterResource("probe:index:Thing", "dependent", pulumi.Map{"text": made["fresh"].ID()}, made["dependent"])
}

// refused has a thing that its provider does not take, and says so itself.
func refused(ctx *pulumi.Context) error {
	if err := ctx.Log.Error("an error of the program", nil); err != nil {
		return err
	}
	foreign := &thing{}
	if err := ctx.ReadResource("probe:index:Thing", "foreign", pulumi.ID("foreign"), nil, foreign); err != nil {
		return err
	}
	return ctx.RegisterResource("probe:index:Thing", "wrong", pulumi.Map{"refuse": pulumi.String("too many of them")}, &thing{},
		pulumi.DependsOn([]pulumi.Resource{foreign}))
}
