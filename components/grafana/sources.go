package grafana

import (
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Source is a data source besides Prometheus and Alertmanager, which the chart makes itself. Its
// password never stands in Helm's values: Grafana reads it from its environment.
type Source struct {
	UID, Name string
	definition
	password pulumi.StringInput // secret
}

type definition = pulumi.Map

var notInVariables = regexp.MustCompile(`[^A-Z0-9]+`)

// variable is the environment variable that holds the password.
func (s Source) variable() string {
	return "SOURCE_" + notInVariables.ReplaceAllString(strings.ToUpper(s.UID), "_") + "_PASSWORD"
}

// reference is what Grafana replaces by the variable's value.
func (s Source) reference() pulumi.StringInput { return pulumi.String("$" + s.variable()) }

// Elasticsearch is where logs are.
type Elasticsearch struct {
	URL      string             // https address inside the cluster
	User     string             // may read the indices and no more
	Password pulumi.StringInput // secret
	CA       pulumi.StringInput // PEM of the authority behind URL's certificate, public
	Index    string             // pattern, e.g. internal-*
}

// Logs is the data source of the logs.
func Logs(e Elasticsearch) Source {
	s := Source{UID: LogsUID, Name: "Logs", password: e.Password}
	s.definition = pulumi.Map{
		"type": pulumi.String(LogsType), "url": pulumi.String(e.URL), "access": pulumi.String("proxy"),
		"basicAuth": pulumi.Bool(true), "basicAuthUser": pulumi.String(e.User),
		"jsonData": pulumi.Map{
			"index": pulumi.String(e.Index), "timeField": pulumi.String("@timestamp"),
			"logMessageField": pulumi.String("log"), "logLevelField": pulumi.String("level"),
			"tlsAuthWithCACert": pulumi.Bool(true),
		},
		"secureJsonData": pulumi.Map{"basicAuthPassword": s.reference(), "tlsCACert": e.CA},
	}
	return s
}

// Postgres is one database.
type Postgres struct {
	Cluster  string
	Database string
	Version  string // major version of the server, e.g. 17
	Address  string // host:port inside the cluster, with a name that the certificate has
	User     string // reads only
	Password pulumi.StringInput
	CA       pulumi.StringInput // PEM of the authority behind the server's certificate, public
}

// Database is the data source of one database.
func Database(p Postgres) Source {
	s := Source{UID: PostgresUID(p.Cluster, p.Database), Name: "PostgreSQL " + p.Cluster + "/" + p.Database, password: p.Password}
	s.definition = pulumi.Map{
		"type": pulumi.String(PostgresType), "url": pulumi.String(p.Address), "access": pulumi.String("proxy"),
		"user": pulumi.String(p.User),
		"jsonData": pulumi.Map{
			"database": pulumi.String(p.Database), "sslmode": pulumi.String("verify-full"),
			"tlsConfigurationMethod": pulumi.String("file-content"),
			"postgresVersion":        pulumi.Int(version(p.Version)), "timescaledb": pulumi.Bool(false),
			// Of each Grafana; the server has room for some hundred of all its clients.
			"maxOpenConns": pulumi.Int(5), "maxIdleConns": pulumi.Int(2), "connMaxLifetime": pulumi.Int(3600),
		},
		"secureJsonData": pulumi.Map{"password": s.reference(), "tlsCACert": p.CA},
	}
	return s
}
