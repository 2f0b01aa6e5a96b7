package bridge

// resources maps the provider's resource types to those of the SDK. Every other
// one is left out of the plugin. A data source that shares its name with one of
// these is kept as well: the bridge ignores by name only.
var resources = map[string]member{
	"keycloak_default_groups":                          {"index", "DefaultGroups"},
	"keycloak_group":                                   {"index", "Group"},
	"keycloak_group_roles":                             {"index", "GroupRoles"},
	"keycloak_realm":                                   {"index", "Realm"},
	"keycloak_realm_events":                            {"index", "RealmEvents"},
	"keycloak_required_action":                         {"index", "RequiredAction"},
	"keycloak_role":                                    {"index", "Role"},
	"keycloak_user":                                    {"index", "User"},
	"keycloak_user_groups":                             {"index", "UserGroups"},
	"keycloak_user_roles":                              {"index", "UserRoles"},
	"keycloak_openid_audience_protocol_mapper":         {"openid", "AudienceProtocolMapper"},
	"keycloak_openid_client":                           {"openid", "Client"},
	"keycloak_openid_client_default_scopes":            {"openid", "ClientDefaultScopes"},
	"keycloak_openid_client_optional_scopes":           {"openid", "ClientOptionalScopes"},
	"keycloak_openid_client_scope":                     {"openid", "ClientScope"},
	"keycloak_openid_group_membership_protocol_mapper": {"openid", "GroupMembershipProtocolMapper"},
	"keycloak_openid_user_client_role_protocol_mapper": {"openid", "UserClientRoleProtocolMapper"},
	"keycloak_openid_user_realm_role_protocol_mapper":  {"openid", "UserRealmRoleProtocolMapper"},
}
