package secrets

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"golang.org/x/crypto/blowfish" //nolint:staticcheck // deprecated for encryption; bcrypt is made of it
)

// Bcrypt gives the hash of a password of this package, secret. Its salt is derived from the
// password, so that the hash is the same in every run: a random one would change whatever holds
// it each time. The derivation costs nothing here, because no two passwords of this package are
// equal and none can be guessed.
func Bcrypt(password pulumi.StringInput) pulumi.StringOutput {
	hash := password.ToStringOutput().ApplyT(func(p string) (string, error) {
		sum := sha256.Sum256([]byte("salt of " + p))
		return bcrypt([]byte(p), sum[:saltSize])
	}).(pulumi.StringOutput)
	return pulumi.ToSecret(hash).(pulumi.StringOutput)
}

const (
	saltSize = 16
	cost     = 10 // 2^10 rounds, what Argo CD itself uses
)

// bcryptText is bcrypt's own order of the 64 characters.
var bcryptText = base64.NewEncoding("./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789").WithPadding(base64.NoPadding)

// bcrypt is the algorithm with a chosen salt, which golang.org/x/crypto/bcrypt does not offer.
func bcrypt(password, salt []byte) (string, error) {
	key := append(append([]byte{}, password...), 0) // C's end of a string counts
	cipher, err := blowfish.NewSaltedCipher(key, salt)
	if err != nil {
		return "", fmt.Errorf("bcrypt: %w", err)
	}
	for range 1 << cost {
		blowfish.ExpandKey(key, cipher)
		blowfish.ExpandKey(salt, cipher)
	}
	text := []byte("OrpheanBeholderScryDoubt")
	for block := 0; block < len(text); block += blowfish.BlockSize {
		for range 64 {
			cipher.Encrypt(text[block:], text[block:])
		}
	}
	// The last byte has never been part of it.
	return fmt.Sprintf("$2a$%02d$%s%s", cost, bcryptText.EncodeToString(salt), bcryptText.EncodeToString(text[:len(text)-1])), nil
}
