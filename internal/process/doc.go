// Package process runs the servers of the sandbox as child processes: it starts
// them, waits until they answer, notices when one dies and says so with the end of
// its log, and ends them in order. It also tells, from a record on disk, whether a
// process is still the one that was started.
//
// Each server is a struct ([Etcd], [APIServer], [ControllerManager], [Scheduler],
// [Kwok]) whose Spec method is its whole command line.
package process
