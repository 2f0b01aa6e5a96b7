// Package secrets makes passwords inside the program. They are born as Pulumi secrets, live only
// in the encrypted state, and stay the same until their key is replaced.
package secrets

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Password is a generated password of 43 URL-safe characters, 256 bits of entropy: the digest of
// a private key that exists for nothing else. Rotate it by replacing the key (`streamforge rotate NAME`).
func Password(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	key, err := tls.NewPrivateKey(ctx, name, &tls.PrivateKeyArgs{Algorithm: pulumi.String("ED25519")}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, fmt.Errorf("password %s: %w", name, err)
	}
	digest := key.PrivateKeyPem.ApplyT(func(pem string) string {
		sum := sha256.Sum256([]byte(pem))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}).(pulumi.StringOutput)
	return pulumi.ToSecret(digest).(pulumi.StringOutput), nil
}
