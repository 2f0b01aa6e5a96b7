package secrets

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Fingerprint changes when any of the values does: ten hex digits, for an annotation that makes pods
// start anew with a new login. It is no secret, so give it passwords made by Password only: of 256
// bits of entropy it tells nothing.
func Fingerprint(values ...pulumi.StringInput) pulumi.StringOutput {
	return pulumi.Unsecret(pulumi.StringArray(values).ToStringArrayOutput().ApplyT(func(values []string) string {
		sum := sha256.Sum256([]byte(strings.Join(values, "\x00")))
		return hex.EncodeToString(sum[:])[:10]
	})).(pulumi.StringOutput)
}
