// Package pki makes the keys and certificates of the sandbox's control plane and keeps
// them: they are made once, and a certificate is made anew only when it runs out within
// 30 days, when its names changed, or when its files are damaged.
package pki
