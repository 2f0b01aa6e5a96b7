package cert_test

// Calls to kubectl up to a point of failure; the last one tidies up.
var (
	atIssuer = []string{"issuer"}
	atCreate = []string{"issuer", "create"}
	lost     = []string{"issuer", "create", "delete"}
	atWatch  = []string{"issuer", "create", "watch", "delete"}
	shown    = []string{"issuer", "create", "watch", "get", "delete"}
	fetched  = []string{"issuer", "create", "watch", "get", "get", "delete"}
)

type refusal struct {
	mode  string
	args  []string
	code  int
	calls []string
	what  string // the message's first line, after "script.sh: error: "
	hint  string // its second line, after "way out: "
}

const (
	wrong      = "the certificate is wrong, nothing was saved: "
	checkClock = "check ClusterIssuer/homelab-ca-issuer and the clocks, then run again"
	cannotUse  = "issuer ClusterIssuer/homelab-ca-issuer cannot be used: "
	rejected   = "the request was not accepted: "
	askRights  = "ask for create, get, watch and delete on certificaterequests.cert-manager.io in namespace default"
	checkAPI   = "check that the API server is up and that --kubeconfig and --context are right"
	correct    = "correct what the message names, then run again"
	raise      = "see that cert-manager runs and `kubectl describe clusterissuer.cert-manager.io homelab-ca-issuer` says Ready, or raise --timeout"
)

var refusalCases = []refusal{
	{
		mode: "no-issuer", code: 4, calls: atIssuer,
		what: cannotUse + `Error from server (NotFound): clusterissuers.cert-manager.io "homelab-ca-issuer" not found`,
		hint: "see `kubectl get clusterissuer.cert-manager.io --namespace default`, then name one with --issuer and --issuer-kind",
	},
	{
		mode: "no-manager", code: 4, calls: atIssuer,
		what: cannotUse + `error: the server doesn't have a resource type "clusterissuer"`,
		hint: "install cert-manager, or point --kubeconfig or --context at the cluster that has it",
	},
	{
		mode: "down", code: 4, calls: atIssuer,
		what: cannotUse + "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?",
		hint: checkAPI,
	},
	{
		mode: "unauthorized", code: 4, calls: atIssuer,
		what: cannotUse + "error: You must be logged in to the server (Unauthorized)",
		hint: "renew the credentials in the kubeconfig",
	},
	{
		mode: "no-namespace", code: 4, calls: atCreate,
		what: rejected + `Error from server (NotFound): error when creating "STDIN": namespaces "default" not found`,
		hint: "make the namespace, or name another one with --namespace",
	},
	{
		mode: "forbidden", code: 4, calls: atCreate, hint: askRights,
		what: rejected + `Error from server (Forbidden): error when creating "STDIN": certificaterequests.cert-manager.io is forbidden: User "ci" cannot create resource`,
	},
	{
		mode: "webhook", code: 4, calls: atCreate,
		what: rejected + `Error from server (InternalError): error when creating "STDIN": Internal error occurred: failed calling webhook "webhook.cert-manager.io": no endpoints available`,
		hint: "wait until cert-manager's webhook is ready, then run again",
	},
	{
		mode: "invalid", code: 4, calls: atCreate,
		what: rejected + `Error from server: error when creating "STDIN": admission webhook "webhook.cert-manager.io" denied the request: spec.request: Invalid value`,
		hint: "change what the message names, then run again",
	},
	{
		mode: "lost", code: 4, calls: lost, hint: checkAPI,
		what: rejected + `error when creating "STDIN": Post "https://127.0.0.1:6443/apis": EOF`,
	},
	{
		mode: "no-watch", code: 4, calls: atWatch, hint: askRights,
		what: `request default/grafana.dmz.home-ID cannot be followed: Error from server (Forbidden): certificaterequests.cert-manager.io "x" is forbidden: User "ci" cannot watch resource`,
	},
	{
		mode: "denied", code: 4, calls: shown,
		what: "the request was denied: Denied=True (policy.cert-manager.io) no policy allows this",
		hint: "ask whoever approves certificates in this cluster",
	},
	{
		mode: "denied-by-issuer", code: 4, calls: shown,
		what: "the request was denied: Ready=False (Denied) denied by an approval controller",
		hint: "ask whoever approves certificates in this cluster",
	},
	{
		mode: "failed", code: 4, calls: shown, hint: correct,
		what: "the issuer refused: Approved=True (cert-manager.io) approved by the built-in approver; Ready=False (Failed) host is not allowed",
	},
	{
		mode: "invalid-request", code: 4, calls: shown, hint: correct,
		what: "the issuer refused: Approved=True (cert-manager.io) approved by the built-in approver; InvalidRequest=True (BadCSR) cannot be signed",
	},
	{
		mode: "deleted", code: 4, calls: atWatch,
		what: "request default/grafana.dmz.home-ID was deleted while it waited",
		hint: "find out who deletes requests there, then run again",
	},
	{
		mode: "gone", code: 4, calls: atWatch,
		what: "request default/grafana.dmz.home-ID was deleted while it waited",
		hint: "find out who deletes requests there, then run again",
	},
	{
		mode: "silent", args: []string{"--timeout=1s"}, code: 5, calls: shown, hint: raise,
		what: "no certificate within 1s: the request has no conditions yet",
	},
	{
		mode: "pending", args: []string{"--timeout=1s"}, code: 5, calls: shown, hint: raise,
		what: "no certificate within 1s: Approved=True (cert-manager.io) approved by the built-in approver; Ready=False (Pending) issuer is not ready",
	},
	{mode: "other-key", code: 6, calls: fetched, what: wrong + "it is for another private key", hint: checkClock},
	{
		mode: "lost-names", code: 6, calls: fetched, hint: checkClock,
		what: wrong + "the SAN lacks grafana.dmz.home; the SAN lacks 192.168.1.153",
	},
	{
		mode: "expired", code: 6, calls: fetched, hint: checkClock,
		what: wrong + "it is not valid now (from DATE until DATE): certificate has expired",
	},
	{
		mode: "future", code: 6, calls: fetched, hint: checkClock,
		what: wrong + "it is not valid now (from DATE until DATE): certificate is not yet valid",
	},
	{
		mode: "client-only", code: 6, calls: fetched, hint: checkClock,
		what: wrong + "it is not for TLS servers: unsuitable certificate purpose",
	},
	{
		mode: "other-ca", code: 6, calls: fetched, hint: checkClock,
		what: wrong + "it does not lead to the CA: unable to get local issuer certificate",
	},
	{
		mode: "leaf-as-ca", code: 6, calls: fetched, hint: checkClock,
		what: wrong + "what the issuer gives as CA is not a CA certificate",
	},
	{
		mode: "no-certificate", code: 6, calls: fetched,
		what: "the issuer called the request ready but gave no certificate",
		hint: "look at the issuer's log, then run again",
	},
	{
		mode: "no-ca", code: 6, calls: fetched,
		what: "the issuer gave no CA, so nothing can be verified",
		hint: "name the CA to trust with --ca",
	},
}
