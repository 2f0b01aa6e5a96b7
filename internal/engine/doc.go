// Package engine runs the Pulumi engine on a stack through the Automation API: it opens a stack
// whose program is a Go function of this process, runs an operation on it, folds the engine's
// events into a summary per layer, shows progress, and turns what can go wrong into errors that
// say what happened, why, and what to do.
package engine
