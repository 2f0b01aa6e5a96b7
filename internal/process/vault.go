package process

import (
	"fmt"
	"time"
)

// Vault is the secret store. Its settings stand in a file; it starts sealed, which counts as ready.
type Vault struct {
	Common
	Config string // file
	Port   int
}

// Spec is the command line of Vault.
func (v Vault) Spec() Spec {
	s := v.spec("vault")
	s.Address = fmt.Sprintf("https://%s:%d", loopback, v.Port)
	s.Args = []string{"server", "-config=" + v.Config}
	s.Ready = HTTPCheck(s.Address+"/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200", nil)
	s.ReadyWithin = time.Minute
	return s
}
