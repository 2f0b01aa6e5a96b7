package proxmox

import "strings"

func accessRoutes() []route {
	return []route{
		on("GET", "/access/permissions", accepts("path", "userid"), showPermissions),
		on("POST", "/access/ticket", accepts("username!", "password!", "otp", "realm"), refuseTicket),
	}
}

// privileges are those the README asks a real token to have; the simulator
// grants them all on every path.
const privileges = "Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit Mapping.Audit " +
	"Mapping.Modify Mapping.Use Pool.Allocate Pool.Audit SDN.Use Sys.AccessNetwork Sys.Audit Sys.Console Sys.Modify " +
	"VM.Allocate VM.Audit VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk " +
	"VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options VM.Migrate VM.Monitor VM.PowerMgmt"

func showPermissions(c *call) (any, error) {
	all := map[string]int{}
	for p := range strings.FieldsSeq(privileges) {
		all[p] = 1
	}
	path := c.str("path")
	if path == "" {
		path = "/"
	}
	return map[string]any{path: all}, nil
}

// refuseTicket: the simulator knows one API token and no passwords.
func refuseTicket(*call) (any, error) {
	return nil, &apiError{status: 401, message: "authentication failure"}
}
