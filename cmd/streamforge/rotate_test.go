package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/engine"
)

func TestChosenKeys(t *testing.T) {
	keys := []engine.Key{{Name: "a", URN: "urn:a"}, {Name: "b", URN: "urn:b"}, {Name: "b", URN: "urn:c"}, {Name: "root", URN: "urn:root", Protected: true}}
	urns, err := chosenKeys(keys, []string{"a"}, "lab")
	require.NoError(t, err)
	assert.Equal(t, []string{"urn:a"}, urns)
	for name, want := range map[string]string{
		"x":    "rotate x: no such secret in stack lab; `streamforge rotate -s lab` lists them",
		"b":    "rotate b: 2 secrets have this name, replace one by `pulumi up --replace URN`",
		"root": "rotate root: protected, because what depends on it does not follow by itself; read docs/security.md, then `pulumi state unprotect 'urn:root'` and try again",
	} {
		_, err := chosenKeys(keys, []string{name}, "lab")
		assert.EqualError(t, err, want)
	}
}
