package pins

import (
	_ "embed" // lock.json
	"encoding/json"
	"sync"
)

// lockFile maps the path of a file in a mirror to its SHA-256 in hex, as it was at the first pull.
//
//go:embed lock.json
var lockFile []byte

var lock = sync.OnceValues(func() (map[string]string, error) {
	digests := map[string]string{}
	err := json.Unmarshal(lockFile, &digests)
	return digests, err
})

// Digest gives the SHA-256 in hex that a file had when it was first pulled. The path is that of a
// mirror: "<chart>-<version>.tgz" or "<manifest>-<version>/<file>". It is false for files that
// nobody has pulled yet.
func Digest(path string) (sha256 string, ok bool) {
	digests, err := lock()
	if err != nil { // the package's own test reads the file, so this is never a release
		return "", false
	}
	sha256, ok = digests[path]
	return sha256, ok
}
