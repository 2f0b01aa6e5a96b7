package postgres

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/internal/kube"
	"github.com/streamforge/infrastructure/internal/secrets"
)

// readersObject names both the Secret with the readers' passwords and the ConfigMap that describes
// them: the operator finds the second by the name of the first.
const readersObject = "readers"

// reader is what the operator makes of a login that reads. A role cannot be kept from single
// databases, which is left to the servers' list of who may come in. A forgotten dashboard must not
// hold a server up.
const reader = `inrole: [pg_read_all_data, pg_monitor]
db_parameters: {default_transaction_read_only: "on", statement_timeout: "30000"}
`

// declareReaders makes the readers' passwords known to the operator, which creates the logins in
// every cluster.
func (o *Operator) declareReaders(ctx *pulumi.Context, name string, a OperatorArgs) ([]pulumi.Resource, error) {
	if len(a.Readers) == 0 {
		return nil, nil
	}
	roles, passwords := pulumi.StringMap{}, pulumi.StringMap{}
	for _, r := range a.Readers {
		password, err := secrets.Password(ctx, name+"-"+r, pulumi.Parent(o))
		if err != nil {
			return nil, err
		}
		o.readers[r], passwords[r], roles[r] = password, password, pulumi.String(reader)
	}
	description, err := kube.ConfigMap(ctx, name+"-"+readersObject, kube.ConfigMapArgs{
		Name: readersObject, Namespace: a.Namespace, Data: roles,
	}, pulumi.Parent(o))
	if err != nil {
		return nil, err
	}
	secret, err := kube.Secret(ctx, name+"-"+readersObject, kube.SecretArgs{
		Name: readersObject, Namespace: a.Namespace, Data: passwords,
	}, pulumi.Parent(o))
	if err != nil {
		return nil, err
	}
	return []pulumi.Resource{description, secret}, nil
}

// Reader is a reader's databases in one cluster.
type Reader struct {
	Name      string   // one of the operator's
	Databases []string // of the cluster; the others refuse the login
}

// access is pg_hba.conf: inside a pod no network is between, everything else needs TLS and a
// password. The first line that fits decides, so readers come before everybody.
func (a Args) access() []string {
	lines := []string{
		"local all all trust",
		"local replication standby trust",
		"host all all 127.0.0.1/32 scram-sha-256",
		"host all all ::1/128 scram-sha-256",
		"hostnossl all all all reject",
	}
	for _, r := range a.Readers {
		if len(r.Databases) > 0 {
			lines = append(lines, fmt.Sprintf("hostssl %s %s all scram-sha-256", strings.Join(r.Databases, ","), r.Name))
		}
		lines = append(lines, fmt.Sprintf("hostssl all %s all reject", r.Name))
	}
	return append(lines, "hostssl replication standby all scram-sha-256", "hostssl all all all scram-sha-256")
}
