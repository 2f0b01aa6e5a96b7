package gitlab

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const token = "glpat-MARKED"

// server plays the part of GitLab's API that notes need, two notes a page.
func server(t *testing.T, notes *[]note) func(string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v4/user", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id": 7}`) })
	mux.HandleFunc("GET /api/v4/projects/5/merge_requests/9/notes", func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		from, to := min(len(*notes), 2*(page-1)), min(len(*notes), 2*page)
		if to < len(*notes) {
			w.Header().Set("X-Next-Page", strconv.Itoa(page+1))
		}
		_ = json.NewEncoder(w).Encode((*notes)[from:to])
	})
	write := func(w http.ResponseWriter, r *http.Request) {
		var in note
		assert.NoError(t, json.NewDecoder(r.Body).Decode(&in))
		in.Author.ID = 7
		if r.Method == http.MethodPost {
			in.ID = 100 + len(*notes)
			*notes = append(*notes, in)
			w.WriteHeader(http.StatusCreated)
			return
		}
		for i, n := range *notes {
			if fmt.Sprint(n.ID) == r.PathValue("id") {
				(*notes)[i].Body = in.Body
			}
		}
	}
	mux.HandleFunc("POST /api/v4/projects/5/merge_requests/9/notes", write)
	mux.HandleFunc("PUT /api/v4/projects/5/merge_requests/9/notes/{id}", write)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("PRIVATE-TOKEN") != token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return job(s.URL+"/api/v4", token)
}

func job(api, token string) func(string) string {
	return func(name string) string {
		return map[string]string{
			"CI_API_V4_URL": api, "CI_MERGE_REQUEST_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "9", "STREAMFORGE_NOTE_TOKEN": token,
		}[name]
	}
}

func TestOneNoteIsReplaced(t *testing.T) {
	const gate, drift = "<!-- streamforge.gate/v1 homelab -->", "<!-- streamforge.drift/v1 homelab -->"
	stranger := note{ID: 3, Body: gate + "\nnot mine"}
	stranger.Author.ID = 8
	notes := []note{{ID: 1, Body: "hello"}, {ID: 2, Body: drift}, stranger, {ID: 4, Body: gate, System: true}}
	m, err := FromJob(server(t, &notes))
	require.NoError(t, err)
	for i, want := range []bool{false, true, true} {
		replaced, err := m.Put(t.Context(), fmt.Sprintf("%s\nrun %d", gate, i))
		require.NoError(t, err)
		assert.Equal(t, want, replaced)
	}
	require.Len(t, notes, 5)
	assert.Equal(t, gate+"\nrun 2", notes[4].Body)
	assert.Equal(t, gate+"\nnot mine", notes[2].Body)
}

func TestRefusals(t *testing.T) {
	notes := []note{}
	get := server(t, &notes)
	m, err := FromJob(get)
	require.NoError(t, err)
	_, err = m.Put(t.Context(), "no marker")
	require.ErrorContains(t, err, "use a file that --markdown wrote")

	_, err = FromJob(func(string) string { return "" })
	require.ErrorContains(t, err, "not set: CI_API_V4_URL, CI_MERGE_REQUEST_PROJECT_ID, CI_MERGE_REQUEST_IID, STREAMFORGE_NOTE_TOKEN")

	m, err = FromJob(job(get("CI_API_V4_URL"), "glpat-WRONG"))
	require.NoError(t, err)
	_, err = m.Put(t.Context(), "<!-- x -->")
	require.EqualError(t, err, "note: GET /user: 401 Unauthorized; STREAMFORGE_NOTE_TOKEN is wrong or has expired: make a new one")

	m, err = FromJob(job("http://127.0.0.1:1/api/v4", token))
	require.NoError(t, err)
	_, err = m.Put(t.Context(), "<!-- x -->")
	require.Error(t, err)
	assert.False(t, strings.Contains(err.Error(), token))
	assert.Empty(t, notes)
}
