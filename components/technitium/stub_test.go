package technitium

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// stub answers the part of Technitium's API that the script uses, as version 13.6 does: errors
// with status 200, members in its order, quotes escaped by number.
type stub struct {
	mu       sync.Mutex
	password string
	zones    map[string][]stubRecord
	settings map[string]string
	calls    []string // paths, in order
	broken   string   // a path that answers with status 500
}

type stubRecord struct {
	name, typ, data string // data as a JSON object
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/api/")
	s.calls = append(s.calls, path)
	if path == s.broken {
		http.Error(w, "out of order", http.StatusInternalServerError)
		return
	}
	body, err := s.answer(path, r)
	if err != nil {
		reason, _ := json.Marshal(err.Error())
		fmt.Fprintf(w, `{"status":"error","errorMessage":%s,"stackTrace":"   at Somewhere()"}`, reason)
		return
	}
	fmt.Fprintf(w, `{%s"status":"ok"}`, body)
}

func (s *stub) answer(path string, r *http.Request) (string, error) {
	if r.Method != http.MethodPost || r.URL.RawQuery != "" {
		return "", fmt.Errorf("secrets do not belong into the address")
	}
	zone := r.FormValue("zone")
	if path == "user/login" {
		if r.FormValue("user") != ConsoleUser || r.FormValue("pass") != s.password {
			return "", fmt.Errorf("Invalid username or password for user: %s", r.FormValue("user"))
		}
		return `"displayName":"Administrator","username":"admin","token":"t0k3n",`, nil
	}
	if r.FormValue("token") != "t0k3n" {
		return "", fmt.Errorf("Invalid token or session expired.")
	}
	switch path {
	case "zones/list":
		var all []string
		for name := range s.zones {
			all = append(all, fmt.Sprintf(`{"name":%q,"type":"Primary","soaSerial":1}`, name))
		}
		return `"response":{"zones":[` + strings.Join(all, ",") + `]},`, nil
	case "zones/create":
		if _, exists := s.zones[zone]; exists {
			return "", fmt.Errorf("Zone already exists: %s", zone)
		}
		s.zones[zone] = []stubRecord{
			{zone, "SOA", `{"primaryNameServer":"default","serial":1}`}, {zone, "NS", `{"nameServer":"default"}`},
		}
		return fmt.Sprintf(`"response":{"domain":%q},`, zone), nil
	case "zones/records/get":
		return s.records(zone)
	case "zones/records/delete":
		return "", s.remove(zone, r)
	case "zones/import":
		return "", s.load(zone, r.FormValue("records"))
	case "settings/set":
		for _, k := range []string{"forwarders", "forwarderProtocol", "recursion"} {
			s.settings[k] = r.FormValue(k)
		}
		return `"response":{"version":"13.6"},`, nil
	case "user/logout":
		return "", nil
	}
	return "", fmt.Errorf("no such call: %s", path)
}

func (s *stub) records(zone string) (string, error) {
	found, exists := s.zones[zone]
	if !exists {
		return "", fmt.Errorf("No such zone was found: %s", zone)
	}
	var all []string
	for _, r := range found {
		all = append(all, fmt.Sprintf(`{"name":%q,"type":%q,"ttl":3600,"ttlString":"1h","disabled":false,`+
			`"rData":%s,"dnssecStatus":"Unknown","lastUsedOn":"0001-01-01T00:00:00"}`, r.name, r.typ, r.data))
	}
	return fmt.Sprintf(`"response":{"zone":{"name":%q,"type":"Primary","disabled":false},"records":[%s]},`,
		zone, strings.ReplaceAll(strings.Join(all, ","), `\"`, `\u0022`)), nil
}

// remove wants every member of the record's data, as the server does.
func (s *stub) remove(zone string, r *http.Request) error {
	at := slices.IndexFunc(s.zones[zone], func(have stubRecord) bool {
		var data map[string]any
		_ = json.Unmarshal([]byte(have.data), &data)
		for k, v := range data {
			if r.FormValue(k) != fmt.Sprint(v) {
				return false
			}
		}
		return have.name == r.FormValue("domain") && have.typ == r.FormValue("type")
	})
	if at < 0 {
		return fmt.Errorf("Cannot delete record: no such record exists.")
	}
	s.zones[zone] = slices.Delete(s.zones[zone], at, at+1)
	return nil
}

// members of a record's data by type, in the order of a zone file.
var members = map[string][]string{
	"A": {"ipAddress"}, "AAAA": {"ipAddress"}, "CNAME": {"cname"}, "NS": {"nameServer"}, "TXT": {"text"},
	"MX": {"preference", "exchange"}, "SRV": {"priority", "weight", "port", "target"},
}

// load replaces every record set that the file has.
func (s *stub) load(zone, file string) error {
	if _, exists := s.zones[zone]; !exists {
		return fmt.Errorf("No such zone was found: %s", zone)
	}
	var added []stubRecord
	for line := range strings.Lines(file) {
		f := strings.Fields(line)
		name, typ := strings.TrimSuffix(f[0], "."), f[3]
		data := map[string]string{}
		for i, k := range members[typ] {
			data[k] = strings.TrimSuffix(f[4+i], ".")
		}
		object, _ := json.Marshal(data)
		added = append(added, stubRecord{name, typ, string(object)})
	}
	for _, a := range added {
		s.zones[zone] = slices.DeleteFunc(s.zones[zone], func(r stubRecord) bool { return r.name == a.name && r.typ == a.typ })
		if slices.ContainsFunc(s.zones[zone], func(r stubRecord) bool { return r.name == a.name && r.typ != a.typ && a.typ == "CNAME" }) {
			return fmt.Errorf("Cannot add record: a CNAME record cannot be with others: %s", a.name)
		}
	}
	s.zones[zone] = append(s.zones[zone], added...)
	return nil
}
