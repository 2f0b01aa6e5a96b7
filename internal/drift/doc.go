// Package drift finds what people have changed by hand: in resources of the state, in the objects of
// Helm releases, in fields that no program ever set, and things that nobody manages at all. It only
// looks: the world and the state stay as they are.
package drift
