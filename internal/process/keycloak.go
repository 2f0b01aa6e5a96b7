package process

import (
	"fmt"
	"time"

	"github.com/streamforge/infrastructure/internal/toolchain"
)

// Keycloak is the identity server. Everything else about it stands in conf/keycloak.conf of its
// home, the password of its administrator among it: arguments and environment are public.
type Keycloak struct {
	Common
	Java       string // path of the java command
	Home       string // folder with lib, conf and data
	Port       int
	Management int // of health and metrics
}

// Spec is the command line of Keycloak.
func (c Keycloak) Spec() Spec {
	s := c.spec("keycloak")
	s.Path = c.Java
	s.Address = fmt.Sprintf("https://%s:%d", loopback, c.Port)
	s.Args = toolchain.KeycloakArgs(c.Home, "start", "--optimized")
	s.Ready = HTTPCheck(fmt.Sprintf("https://%s:%d/health/ready", loopback, c.Management), nil)
	s.ReadyWithin = 4 * time.Minute // the first start makes the database, on a machine that is busy with an `up`
	return s
}
