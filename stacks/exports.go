package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/streamforge/infrastructure/infra/data"
	"github.com/streamforge/infrastructure/infra/gitops"
	"github.com/streamforge/infrastructure/infra/network"
	"github.com/streamforge/infrastructure/infra/observability"
	"github.com/streamforge/infrastructure/infra/security"
	"github.com/streamforge/infrastructure/infra/storage/objects"
)

// exports are the outputs of layers that people ask for.
type exports struct {
	domain, ingress string
	foundation      network.FoundationOutputs
	edge            network.EdgeOutputs
	records         network.RecordsOutputs
	objects         objects.Outputs
	streams         data.Outputs
	identity        security.IdentityOutputs
	store           security.VaultOutputs
	git             gitops.Outputs
	seen            observability.Outputs
}

// export shows what a person needs next, and where everything is. Passwords are secrets.
func (e exports) export(ctx *pulumi.Context) {
	published, databases := pulumi.StringMap{}, pulumi.Map{}
	for _, host := range e.records.Hosts {
		published["https://"+host] = pulumi.String(e.ingress)
	}
	for name, c := range e.streams.Postgres.Clusters {
		databases[name] = pulumi.Map{"host": pulumi.String(c.Host), "replicaHost": pulumi.String(c.ReplicaHost)}
	}
	kafka, arangodb := e.streams.Kafka, e.streams.ArangoDB
	all := pulumi.Map{
		"published":         published,
		"rootCertificate":   e.foundation.RootCertificate,
		"dashboardPassword": e.edge.DashboardPassword,
		"dnsPassword":       e.edge.DNS.Password,
		"s3": pulumi.StringMap{
			"endpoint": pulumi.String(e.objects.Endpoint), "publicURL": pulumi.String(e.objects.PublicURL), "region": pulumi.String(e.objects.Region),
		},
		"kafka": pulumi.Map{
			"bootstrap": pulumi.String(kafka.Bootstrap), "external": pulumi.String(kafka.External), "ca": kafka.CA, "console": pulumi.String(kafka.Console),
		},
		"kafkaPassword":      kafka.Password,
		"arangodb":           pulumi.Map{"endpoint": pulumi.String(arangodb.Endpoint), "user": pulumi.String(arangodb.User), "ca": arangodb.CA},
		"arangodbPassword":   arangodb.Password,
		"postgres":           databases,
		"identity":           pulumi.StringMap{"url": pulumi.String(e.identity.URL), "issuer": pulumi.String(e.identity.SSO.Issuer)},
		"keycloakPassword":   e.identity.Password,
		"vault":              pulumi.StringMap{"url": pulumi.String(e.store.URL)},
		"argocdPassword":     e.git.Password,
		"grafanaPassword":    e.seen.GrafanaPassword,
		"prometheusPassword": e.seen.PrometheusPassword,
		"nextStep": pulumi.Sprintf("open https://traefik.%s/dashboard/ as admin; the password: "+
			"`streamforge outputs dashboardPassword -s %s --show-secrets`", e.domain, ctx.Stack()),
	}
	for name, value := range all {
		ctx.Export(name, value)
	}
}
