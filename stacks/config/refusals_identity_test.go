package config

import "testing"

func TestIdentityRefusals(t *testing.T) { refuse(t, identityRefusals) }

const groups = "identity.groups[0]"

var identityRefusals = map[string]refusal{
	"no server": {edits{"identity.replicas": 0}, []string{"identity.replicas: must be 1 to 10, got 0"}},
	"keycloak's own realm": {edits{"identity.realm": "master"}, []string{
		"identity.realm: master is Keycloak's own: its users rule every realm; choose another name"}},
	"realm and title": {edits{"identity.realm": "Stream Forge", "identity.title": ""}, []string{
		`identity.realm: must be at most 36 lower-case letters, digits and dashes, from a letter on, got "Stream Forge"`,
		"identity.title: must not be empty: people should see where they log in"}},
	"sender": {edits{"identity.mailFrom": "keycloak"}, []string{`identity.mailFrom: must be a mail address, got "keycloak"`}},
	"sender of another domain": {edits{"identity.mailFrom": "keycloak@example.org"}, []string{
		"identity.mailFrom: keycloak@example.org is not in one of mail.senders, the relay would refuse it"}},
	"keycloak may not send": {edits{"mail.clients": []any{"monitoring"}}, []string{
		"mail.clients: must name keycloak, which sends as identity.mailFrom"}},
	"database of nobody": {edits{"identity.database.name": "sso"}, []string{
		`identity.database.name: streamforge-pg has no database "sso" that belongs to user "keycloak"`}},
	"database of another user": {edits{"identity.database.user": "signals"}, []string{
		`identity.database.name: streamforge-pg has no database "keycloak" that belongs to user "signals"`}},
	"cluster unknown": {edits{"identity.database.cluster": "streamforge-db"}, []string{
		`identity.database.cluster: "streamforge-db" is not one of postgres.clusters`}},
	"unknown role": {edits{groups + ".grafana": "owner", groups + ".argocd": "root"}, []string{
		groups + `.argocd: must be one of admin, readonly, got "root"`,
		groups + `.grafana: must be one of admin, editor, viewer, got "owner"`,
		"identity.groups: no group is admin in argocd: nobody could run it",
		"identity.groups: no group is admin in grafana: nobody could run it"}},
	"unknown system": {edits{groups + ".gitlab": "admin"}, []string{groups + ".gitlab: unknown key, known are name, grafana, argocd, kibana"}},
	"group twice": {edits{"identity.groups[1].name": "platform-admins"}, []string{
		"identity.groups[1].name: platform-admins is already used by identity.groups[0].name"}},
	"group of nothing": {edits{"identity.groups[2].grafana": nil}, []string{
		"identity.groups[2]: opens nothing: give it a role in argocd, grafana, kibana"}},
	"group name": {edits{groups + ".name": "Platform Admins"}, []string{
		groups + `.name: must be at most 63 lower-case letters, digits and dashes, got "Platform Admins"`}},
	"endpoint": {edits{"identity.endpoint": map[string]any{"url": "http://localhost", "ca": "none"}}, []string{
		`identity.endpoint.url: must be an https address without a path, got "http://localhost"`,
		"identity.endpoint.ca: must be at least one certificate in PEM"}},

	"smart host": {edits{"mail.smartHost.host": "smtp", "mail.smartHost.port": 0}, []string{
		`mail.smartHost.host: must be a full lower-case DNS name, for which it has its certificate, got "smtp"`,
		"mail.smartHost.port: must be 1 to 65535, got 0"}},
	"authority of the smart host": {edits{"mail.smartHost.ca": "hello"}, []string{
		"mail.smartHost.ca: must be a certificate in PEM: no block CERTIFICATE"}},
	"implicit TLS": {edits{"mail.smartHost.port": 465}, []string{
		"mail.smartHost.port: 465 begins with TLS, the relay begins it by STARTTLS: use 587 or 25"}},
	"senders": {edits{"mail.senders": []any{"dmz.home", "DMZ", "dmz.home"}}, []string{
		`mail.senders[1]: must be a lower-case DNS domain, got "DMZ"`,
		"mail.senders[2]: dmz.home is already used by mail.senders[0]"}},
	"no sender": {edits{"mail.senders": []any{}}, []string{
		"mail.senders: must name at least one domain, the relay sends for no other",
		"identity.mailFrom: keycloak@dmz.home is not in one of mail.senders, the relay would refuse it",
		"alerting.mailFrom: alerts@dmz.home is not in one of mail.senders, the relay would refuse it"}},
	"sizes of mail": {edits{"mail.diskGiB": 0, "mail.messageMiB": 500}, []string{
		"mail.diskGiB: must be 1 to 1024 GiB, got 0", "mail.messageMiB: must be 1 to 100 MiB, got 500"}},
	"exporter that moves": {edits{"mail.exporterTag": "latest"}, []string{
		"mail.exporterTag: latest moves: name a tag that your registry keeps"}},

	"unknown controller": {edits{"sync.controller": "kubed"}, []string{
		`sync.controller: must be one of config-syncer, reflector, got "kubed"`}},
	"authority for nobody": {edits{"sync.authority": []any{}}, []string{"sync.authority: must name at least one namespace"}},
	"authority": {edits{"sync.authority": []any{"Streams", "ml", "ml"}}, []string{
		`sync.authority[0]: must be the name of a namespace, got "Streams"`,
		"sync.authority[2]: ml is already used by sync.authority[1]"}},
	"registry": {edits{"sync.registries": []any{
		map[string]any{"name": "gitlab", "server": "https://gitlab", "user": "", "namespaces": []any{}},
		map[string]any{"name": "gitlab", "server": "gitlab.dmz.home:5050", "user": "pull", "namespaces": []any{"ml"}},
	}}, []string{
		`sync.registries[0].server: must be a host, with a port where it is not 443, got "https://gitlab"`,
		"sync.registries[0].user: must not be empty: without a login there is nothing to copy",
		"sync.registries[0].namespaces: must name at least one namespace",
		"sync.registries[1].name: gitlab is already used by sync.registries[0].name"}},
}
