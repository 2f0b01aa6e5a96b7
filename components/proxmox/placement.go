package proxmox

import "fmt"

// Place gives each machine of one pool its host. given holds the host a person chose, or "" for
// the next one in turn. The turn is a machine's position in the pool, so machines added at the end
// and hosts chosen later on move no other machine.
func Place(hosts, given []string) ([]string, error) {
	placed := make([]string, len(given))
	for i, host := range given {
		switch {
		case host != "":
			placed[i] = host
		case len(hosts) == 0:
			return nil, fmt.Errorf("machine %d has no host: there is none to choose from", i+1)
		default:
			placed[i] = hosts[i%len(hosts)]
		}
	}
	return placed, nil
}
