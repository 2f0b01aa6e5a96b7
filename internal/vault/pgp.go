package vault

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
)

// PublicKey turns the file of a PGP public key, armoured or not, into what Vault takes.
func PublicKey(raw []byte) (string, error) {
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	if !strings.Contains(text, "-----BEGIN PGP") {
		if bytes.ContainsAny(raw, "\x00") || len(raw) > 0 && raw[0]&0x80 != 0 {
			return base64.StdEncoding.EncodeToString(raw), nil // binary: every packet begins with bit 7
		}
		return "", errors.New("neither an armoured nor a binary public key")
	}
	_, text, begun := strings.Cut(text, "-----BEGIN PGP PUBLIC KEY BLOCK-----\n")
	body, _, ended := strings.Cut(text, "-----END PGP PUBLIC KEY BLOCK-----")
	if !begun || !ended {
		return "", errors.New("holds something else than a public key")
	}
	if _, after, headers := strings.Cut(body, "\n\n"); headers {
		body = after // what stands before the empty line are headers
	}
	var b strings.Builder
	for _, line := range strings.Fields(body) {
		if !strings.HasPrefix(line, "=") { // the checksum
			b.WriteString(line)
		}
	}
	if _, err := base64.StdEncoding.DecodeString(b.String()); err != nil {
		return "", errors.New("the armour is damaged")
	}
	return b.String(), nil
}
