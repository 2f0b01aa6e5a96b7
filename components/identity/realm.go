package identity

import (
	"strconv"

	"github.com/pulumi/pulumi-keycloak/sdk/v5/go/keycloak"
	"github.com/pulumi/pulumi-keycloak/sdk/v5/go/keycloak/openid"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// passwordPolicy asks for length rather than for odd characters, which people write down.
const passwordPolicy = "length(12) and notUsername and notEmail and passwordHistory(5)"

// realm declares the realm, what it writes down, and the scope that brings groups into tokens.
func (d *declaration) realm() error {
	args := &keycloak.RealmArgs{
		Realm: pulumi.String(d.args.Realm), Enabled: pulumi.Bool(true), DisplayName: pulumi.String(d.args.Title),
		SslRequired:           pulumi.String("all"),
		RegistrationAllowed:   pulumi.Bool(false), // accounts are made by administrators
		LoginWithEmailAllowed: pulumi.Bool(true), DuplicateEmailsAllowed: pulumi.Bool(false), EditUsernameAllowed: pulumi.Bool(false),
		ResetPasswordAllowed: pulumi.Bool(d.args.Mail != nil), VerifyEmail: pulumi.Bool(d.args.Mail != nil),
		PasswordPolicy:   pulumi.String(passwordPolicy),
		SecurityDefenses: defenses(),

		AccessTokenLifespan:   pulumi.String("5m"),                                               // as long as a withdrawn right lives on
		SsoSessionIdleTimeout: pulumi.String("30m"), SsoSessionMaxLifespan: pulumi.String("10h"), // a working day
		OfflineSessionIdleTimeout: pulumi.String("720h"), OfflineSessionMaxLifespanEnabled: pulumi.Bool(true),
		OfflineSessionMaxLifespan: pulumi.String("1440h"),
		// Every client proves itself with a secret, and a page that loads in pieces refreshes several times at once.
		RevokeRefreshToken: pulumi.Bool(false),
	}
	if m := d.args.Mail; m != nil {
		args.SmtpServer = &keycloak.RealmSmtpServerArgs{
			Host: pulumi.String(m.Host), Port: pulumi.String(strconv.Itoa(m.Port)),
			From: pulumi.String(m.From), FromDisplayName: pulumi.String(d.args.Title),
		}
	}
	realm, err := keycloak.NewRealm(d.ctx, d.name, args, append(d.once(), pulumi.Protect(!d.args.Disposable))...)
	if err != nil {
		return err
	}
	d.id = realm.ID().ToStringOutput()
	d.roles = map[string]pulumi.StringOutput{}
	events, err := keycloak.NewRealmEvents(d.ctx, d.name, &keycloak.RealmEventsArgs{
		RealmId: d.id, EventsEnabled: pulumi.Bool(true), EventsExpiration: pulumi.Int(30 * 24 * 3600), // seconds
		AdminEventsEnabled: pulumi.Bool(true), AdminEventsDetailsEnabled: pulumi.Bool(false), // details hold secrets
		EventsListeners: pulumi.ToStringArray([]string{"jboss-logging"}),
	}, d.opts...)
	if err != nil {
		return err
	}
	d.add(events)
	if d.args.OTP {
		if err := d.secondFactor(); err != nil {
			return err
		}
	}
	return d.groupsScope()
}

// secondFactor makes everybody set up a one-time password at the next login.
func (d *declaration) secondFactor() error {
	otp, err := keycloak.NewRequiredAction(d.ctx, d.name+"-otp", &keycloak.RequiredActionArgs{
		RealmId: d.id, Alias: pulumi.String("CONFIGURE_TOTP"), Name: pulumi.String("Configure OTP"),
		Enabled: pulumi.Bool(true), DefaultAction: pulumi.Bool(true),
	}, d.opts...)
	if err != nil {
		return err
	}
	d.add(otp)
	return nil
}

// defenses slow guessing down without a lock-out that a stranger could force on somebody for good.
func defenses() keycloak.RealmSecurityDefensesPtrInput {
	return &keycloak.RealmSecurityDefensesArgs{
		BruteForceDetection: &keycloak.RealmSecurityDefensesBruteForceDetectionArgs{
			PermanentLockout: pulumi.Bool(false), MaxLoginFailures: pulumi.Int(5),
			WaitIncrementSeconds: pulumi.Int(60), MaxFailureWaitSeconds: pulumi.Int(900), FailureResetTimeSeconds: pulumi.Int(12 * 3600),
			QuickLoginCheckMilliSeconds: pulumi.Int(1000), MinimumQuickLoginWaitSeconds: pulumi.Int(60),
		},
		Headers: &keycloak.RealmSecurityDefensesHeadersArgs{
			XFrameOptions: pulumi.String("DENY"), XContentTypeOptions: pulumi.String("nosniff"), XRobotsTag: pulumi.String("none"),
			ContentSecurityPolicy:   pulumi.String("frame-src 'self'; frame-ancestors 'none'; object-src 'none';"),
			StrictTransportSecurity: pulumi.String("max-age=31536000"),
		},
	}
}

// groupsScope declares the client scope whose tokens name the person's groups.
func (d *declaration) groupsScope() error {
	scope, err := openid.NewClientScope(d.ctx, d.name+"-groups", &openid.ClientScopeArgs{
		RealmId: d.id, Name: pulumi.String(GroupsScope), Description: pulumi.String("Groups of the person"),
		IncludeInTokenScope: pulumi.Bool(true),
	}, d.opts...)
	if err != nil {
		return err
	}
	d.groups, err = openid.NewGroupMembershipProtocolMapper(d.ctx, d.name+"-groups", &openid.GroupMembershipProtocolMapperArgs{
		RealmId: d.id, ClientScopeId: scope.ID().ToStringOutput(), Name: pulumi.String("groups"),
		ClaimName: pulumi.String(GroupsClaim), FullPath: pulumi.Bool(false), // all groups are top-level ones
		AddToIdToken: pulumi.Bool(true), AddToAccessToken: pulumi.Bool(true), AddToUserinfo: pulumi.Bool(true),
	}, d.opts...)
	if err != nil {
		return err
	}
	d.add(d.groups)
	return nil
}
