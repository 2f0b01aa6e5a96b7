package reviewed_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/streamforge/infrastructure/internal/reviewed"
)

func TestLoad(t *testing.T) {
	type doc struct {
		All []struct {
			Of                 string `yaml:"of"`
			reviewed.Exception `yaml:",inline"`
		} `yaml:"all"`
	}
	file := filepath.Join(t.TempDir(), "all.yaml")
	var d doc
	require.NoError(t, reviewed.Load(file, &d), "no file, no exceptions")
	assert.Empty(t, d.All)

	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, reviewed.Load(file, &d), "nor in an empty one")

	require.NoError(t, os.WriteFile(file, []byte("all: [{of: a, reason: r, owner: o, expires: 2026-12-31}]"), 0o600))
	require.NoError(t, reviewed.Load(file, &d))
	assert.Equal(t, "o", d.All[0].Owner)

	require.NoError(t, os.WriteFile(file, []byte("all: [{of: a, until: 2026-12-31}]"), 0o600))
	assert.ErrorContains(t, reviewed.Load(file, &d), "until")
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		e    reviewed.Exception
		of   string
		want string
	}{
		"whole":      {reviewed.Exception{Reason: "r", Owner: "o", Expires: "2026-12-31"}, "a", ""},
		"nothing":    {reviewed.Exception{Reason: " "}, "", "of, reason, owner, expires missing: an exception says what, why, who and until when"},
		"not a date": {reviewed.Exception{Reason: "r", Owner: "o", Expires: "soon"}, "a", `expires "soon": not a date such as 2026-12-31`},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.e.Check(reviewed.Field{Name: "of", Value: c.of})
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, c.want)
		})
	}
}

func TestHoldsOnItsLastDay(t *testing.T) {
	e := reviewed.Exception{Reason: "r", Owner: "o", Expires: "2026-12-31"}
	require.NoError(t, e.Check())
	evening := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	assert.True(t, e.Holds(evening))
	assert.False(t, e.Holds(evening.Add(time.Minute)))
	assert.False(t, e.Beyond(evening.AddDate(0, 0, -90), 90))
	assert.True(t, e.Beyond(evening.AddDate(0, 0, -91), 90))
}
