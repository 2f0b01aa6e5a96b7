package secrets

import (
	"testing"

	"github.com/stretchr/testify/require"
	reference "golang.org/x/crypto/bcrypt"
)

func TestBcryptIsWhatOthersVerify(t *testing.T) {
	for _, password := range []string{"", "a", "0123456789012345678901234567890123456789012"} {
		for _, salt := range []string{"0123456789abcdef", "\x00\xff\x10\x80............"} {
			hash, err := bcrypt([]byte(password), []byte(salt))
			require.NoError(t, err)
			require.NoError(t, reference.CompareHashAndPassword([]byte(hash), []byte(password)), hash)
			require.Error(t, reference.CompareHashAndPassword([]byte(hash), []byte(password+"x")))
			again, err := bcrypt([]byte(password), []byte(salt))
			require.NoError(t, err)
			require.Equal(t, hash, again, "a preview shows no change")
		}
	}
}
