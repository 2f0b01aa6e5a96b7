package process

import (
	"os"
	"runtime/debug"
	"strconv"
)

// garbage is GOGC for what is started here: an engine, its plugins and the sandbox's servers make much garbage out of
// little that they keep. Go's default of 100 collects twice as often, which was a tenth of the processor time of an
// `up` of the whole platform; more than 200 saves hardly anything and takes memory.
const garbage = 200

// Collector is the variable that tells it to a process.
var Collector = "GOGC=" + strconv.Itoa(garbage)

// CollectLess does the same for this process, unless GOGC is set.
func CollectLess() {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(garbage)
	}
}
