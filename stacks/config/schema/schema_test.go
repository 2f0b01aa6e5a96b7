package schema

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCommittedSchemaIsCurrent(t *testing.T) {
	want, err := Generate("../../..")
	require.NoError(t, err)
	have, err := os.ReadFile("../../../docs/config.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "run `make generate`")
}
