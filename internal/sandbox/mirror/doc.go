// Package mirror writes a chart mirror that needs no network: for every pinned chart and manifest
// a stand-in of the same name and version, with the same CustomResourceDefinitions, workloads,
// Services and claims, but without code to run. The sandbox deploys the whole platform from it.
//
// A stand-in is data (standins.go, crds.go). What a chart derives from the values the platform
// sets stands in templates of its own below charts/<chart>/, named as the real chart names them.
package mirror
