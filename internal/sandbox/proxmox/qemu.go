package proxmox

import (
	"crypto/sha1" // PVE's digest of a configuration, not a secret
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Locks of PVE that a client can see.
const (
	lockCreate  = "create"
	lockClone   = "clone"
	lockMigrate = "migrate"
)

func qemuRoutes() []route {
	const base, vm = "/nodes/{node}/qemu", "/nodes/{node}/qemu/{vmid}"
	return []route{
		on("GET", base, accepts("full:bool"), listNodeVMs),
		on("POST", base, vmSchema("vmid:int!", "pool", "start:bool", "storage", "force:bool", "archive",
			"bwlimit:int", "unique:bool", "live-restore:bool"), createVM),
		on("DELETE", vm, accepts("purge:bool", "destroy-unreferenced-disks:bool", "skiplock:bool"), deleteVM),
		on("POST", vm+"/clone", accepts("newid:int!", "full:bool", "name", "pool", "storage", "description",
			"target", "format", "snapname", "bwlimit:int"), cloneVM),
		on("GET", vm+"/config", accepts("current:bool", "snapshot"), showConfig),
		on("PUT", vm+"/config", vmSchema("delete", "digest", "force:bool", "revert", "skiplock:bool"), putConfig),
		on("POST", vm+"/config", vmSchema("delete", "digest", "force:bool", "revert", "skiplock:bool",
			"background_delay:int"), postConfig),
		on("GET", vm+"/pending", accepts(), showPending),
		on("PUT", vm+"/resize", accepts("disk!", "size!", "digest", "skiplock:bool"), resizeDisk),
		on("POST", vm+"/move_disk", accepts("disk!", "storage!", "delete:bool", "format", "digest",
			"bwlimit:int"), moveDisk),
		on("POST", vm+"/template", accepts("disk"), makeTemplate),
		on("PUT", vm+"/cloudinit", accepts(), rebuildCloudInit),
		on("POST", vm+"/migrate", accepts("target!", "online:bool", "with-local-disks:bool", "targetstorage",
			"force:bool", "bwlimit:int"), migrateVM),
		on("GET", vm+"/status/current", accepts(), currentStatus),
		on("POST", vm+"/status/start", accepts("timeout:int", "skiplock:bool", "force-cpu", "machine"), startVM),
		on("POST", vm+"/status/stop", accepts("timeout:int", "skiplock:bool", "keepActive:bool",
			"overrule-shutdown:bool"), stopVM),
		on("POST", vm+"/status/shutdown", accepts("timeout:int", "forceStop:bool", "keepActive:bool",
			"skiplock:bool"), shutdownVM),
		on("POST", vm+"/status/reboot", accepts("timeout:int"), rebootVM),
		on("POST", vm+"/status/reset", accepts("skiplock:bool"), resetVM),
	}
}

// digest changes with every change of the configuration.
func (m *machine) digest() string {
	h := sha1.New()
	for _, k := range slices.Sorted(maps.Keys(m.Config)) {
		_, _ = fmt.Fprintf(h, "%s: %s\n", k, m.Config[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkDigest refuses a change based on an older configuration.
func (c *call) checkDigest(m *machine) error {
	if d := c.str("digest"); d != "" && d != m.digest() {
		return fail("detected modified configuration - file changed by other user? Try again.")
	}
	return nil
}

// value is a key as JSON shows it.
func (m *machine) value(key string) any {
	v := m.Config[key]
	switch shownAs(key) {
	case boolean, integer:
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
	case number:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return f
		}
	case text, props:
	}
	return v
}

func (m *machine) name() string {
	if n := m.Config["name"]; n != "" {
		return n
	}
	return "VM" + m.key()
}

// identity are the keys PVE adds to every new VM.
func (s *Sim) identity(config map[string]string) {
	if config["smbios1"] == "" {
		config["smbios1"] = "uuid=" + uuid.NewString()
	}
	if config["vmgenid"] == "" {
		config["vmgenid"] = uuid.NewString()
	}
	config["meta"] = fmt.Sprintf("creation-qemu=9.2.0,ctime=%d", s.opt.Clock().Unix())
}

// hardware returns a count of the running guest, or of the configuration when it
// is stopped: changes of CPU and memory wait for the next start.
func (m *machine) hardware(key string, otherwise int) int {
	from := m.Config
	if m.running() {
		from = m.Active
	}
	if n, err := strconv.Atoi(from[key]); err == nil {
		return n
	}
	return otherwise
}

func (m *machine) cpus() int { return m.hardware("cores", 1) * m.hardware("sockets", 1) }

func (m *machine) memoryMiB() int { return m.hardware("memory", 512) }

func (m *machine) uptime(now time.Time) int64 {
	if !m.running() {
		return 0
	}
	return int64(now.Sub(m.Started).Seconds())
}

func (m *machine) status() string {
	if m.running() {
		return "running"
	}
	return "stopped"
}

// rootDisk is the size of the first disk in the boot order, as PVE reports it.
func (s *Sim) rootDisk(m *machine) int64 {
	order := strings.TrimPrefix(m.Config["boot"], "order=")
	for dev := range strings.SplitSeq(order, ";") {
		d, err := parseDrive(m.Config[dev])
		if err != nil || !isDisk(dev) || d.options.get("media") == "cdrom" {
			continue
		}
		if v, err := s.volume(d.volume, m.Node); err == nil {
			return v.Size
		}
	}
	return 0
}
