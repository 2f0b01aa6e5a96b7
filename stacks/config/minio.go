package config

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// MinIO is the S3 object store: one distributed server over as many machines as it has nodes.
type MinIO struct {
	Nodes    int      `json:"nodes"`    // servers, each with one drive on a machine of its own: 4 to 16
	DriveGiB int      `json:"driveGiB"` // size of each drive; fits the data disk of every Linstor machine
	Parity   int      `json:"parity"`   // drives that may be lost without losing data: 2 to half the nodes
	Region   string   `json:"region"`   // what clients sign with, e.g. us-east-1
	Buckets  []Bucket `json:"buckets"`
	Users    []S3User `json:"users"`
}

// Usable is the capacity in GiB that is left after parity.
func (m MinIO) Usable() int { return m.DriveGiB * (m.Nodes - m.Parity) }

// Bucket is one bucket. A bucket that leaves the configuration stays, with all that is in it.
type Bucket struct {
	Name       string `json:"name"`
	Versioning bool   `json:"versioning,omitempty"` // keeps what is overwritten or deleted
	// NoncurrentDays is how many days a version stays after it was overwritten or deleted; 0 means for ever.
	NoncurrentDays int `json:"noncurrentDays,omitempty"`
	// ExpireDays deletes objects this many days after they were written; 0 means never.
	ExpireDays int `json:"expireDays,omitempty"`
}

// S3User is one consumer: it has credentials and a policy of its own.
type S3User struct {
	Name       string   `json:"name"`                 // access key, e.g. postgres
	Namespaces []string `json:"namespaces,omitempty"` // where its pods run; only pods of named namespaces reach the store inside the cluster
	Grants     []Grant  `json:"grants"`
}

// Grant gives a user access to one bucket.
type Grant struct {
	Bucket string `json:"bucket"`
	Access Access `json:"access"` // read, write or readwrite
}

// Access says what a user may do in a bucket. Nobody may delete single versions.
type Access string

// The kinds of access.
const (
	Read      Access = "read"
	Write     Access = "write" // add and replace, but neither read nor delete
	ReadWrite Access = "readwrite"
)

var (
	blockDevice   = regexp.MustCompile(`^/dev/[A-Za-z0-9][A-Za-z0-9/_.:-]*$`)
	glusterVolume = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)
	bucketName    = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	userName      = regexp.MustCompile(`^[a-z][a-z0-9-]{1,18}[a-z0-9]$`)
	region        = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
)

// taken are names of policies that MinIO brings itself, and of its administrator: a user's policy
// has the user's name.
var taken = []string{"readonly", "readwrite", "writeonly", "diagnostics", "minio-root"}

func (m MinIO) validate(at Path) (errs []error) {
	if m.Nodes < 4 || m.Nodes > 16 {
		errs = append(errs, at.Errorf("nodes", "must be 4 to 16: fewer drives have no erasure coding that survives "+
			"a failure during maintenance, more would not form one erasure set, got %d", m.Nodes))
	} else if m.Parity < 2 || m.Parity > m.Nodes/2 {
		errs = append(errs, at.Errorf("parity", "must be 2 to %d, half of the %d drives, got %d", m.Nodes/2, m.Nodes, m.Parity))
	}
	errs = append(errs, between(at, "driveGiB", m.DriveGiB, 1, 65536, " GiB")...)
	errs = append(errs, matches(at, "region", m.Region, region, "lower-case letters, digits and dashes")...)
	buckets := unique[string]{}
	for i, b := range m.Buckets {
		here := at.Field("buckets").Index(i)
		if err := buckets.add(b.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, b.validate(here)...)
	}
	users := unique[string]{}
	for i, u := range m.Users {
		here := at.Field("users").Index(i)
		if err := users.add(u.Name, here.Field("name")); err != nil {
			errs = append(errs, err)
		}
		errs = append(errs, u.validate(here, buckets)...)
	}
	return errs
}

func (b Bucket) validate(at Path) (errs []error) {
	_, err := netip.ParseAddr(b.Name)
	if !bucketName.MatchString(b.Name) || strings.Contains(b.Name, "..") || err == nil {
		errs = append(errs, at.Errorf("name", "must be an S3 bucket name: 3 to 63 lower-case letters, digits, dots "+
			"and dashes, and no address, got %q", b.Name))
	}
	errs = append(errs, between(at, "noncurrentDays", b.NoncurrentDays, 0, 36500, " days")...)
	errs = append(errs, between(at, "expireDays", b.ExpireDays, 0, 36500, " days")...)
	if b.NoncurrentDays != 0 && !b.Versioning {
		errs = append(errs, at.Errorf("noncurrentDays", "has no effect without versioning, which is false"))
	}
	return errs
}

func (u S3User) validate(at Path, buckets unique[string]) (errs []error) {
	errs = append(errs, matches(at, "name", u.Name, userName, "3 to 20 lower-case letters, digits and dashes")...)
	if slices.Contains(taken, u.Name) {
		errs = append(errs, at.Errorf("name", "%s is a name of MinIO's own", u.Name))
	}
	for i, n := range u.Namespaces {
		errs = append(errs, matches(at.Field("namespaces").Index(i), "", n, label, "the name of a namespace")...)
	}
	if len(u.Grants) == 0 {
		errs = append(errs, at.Errorf("grants", "must name at least one bucket, or leave the user out"))
	}
	granted := unique[string]{}
	for i, g := range u.Grants {
		here := at.Field("grants").Index(i)
		if _, known := buckets[g.Bucket]; !known {
			errs = append(errs, here.Errorf("bucket", "%q is not one of storage.minio.buckets", g.Bucket))
		}
		if err := granted.add(g.Bucket, here.Field("bucket")); err != nil {
			errs = append(errs, err)
		}
		if !slices.Contains([]Access{Read, Write, ReadWrite}, g.Access) {
			errs = append(errs, here.Errorf("access", "must be read, write or readwrite, got %q", g.Access))
		}
	}
	return errs
}

// User gives the consumer of that name.
func (m MinIO) User(name string) (S3User, bool) {
	i := slices.IndexFunc(m.Users, func(u S3User) bool { return u.Name == name })
	if i < 0 {
		return S3User{}, false
	}
	return m.Users[i], true
}

// Can tells whether the user has that access to the bucket.
func (u S3User) Can(bucket string, want Access) bool {
	return slices.ContainsFunc(u.Grants, func(g Grant) bool {
		return g.Bucket == bucket && (g.Access == want || g.Access == ReadWrite)
	})
}
