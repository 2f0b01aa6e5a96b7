package config

// Mail is the `mail` section: the relay that takes the platform's mail.
type Mail struct {
	SmartHost   SmartHost `json:"smartHost"`             // the server outside that delivers
	Senders     []string  `json:"senders"`               // domains whose addresses the platform sends from
	Clients     []string  `json:"clients"`               // namespaces that may send
	DiskGiB     int       `json:"diskGiB"`               // of the queue, which holds mail while the smart host is away
	MessageMiB  int       `json:"messageMiB"`            // largest message
	ExporterTag string    `json:"exporterTag,omitempty"` // tag of boky/postfix-exporter; empty means no metrics: upstream publishes only tags that move
}

// SmartHost is a mail server that takes mail for everybody, over TLS with a certificate for its name.
type SmartHost struct {
	Host string `json:"host"`
	Port int    `json:"port"`
	CA   string `json:"ca,omitempty"`   // PEM of the authority behind its certificate; empty means the public ones
	User string `json:"user,omitempty"` // its password is the secret mailPassword; empty means no login
}

// Validate checks the section by itself.
func (m Mail) Validate(at Path) (errs []error) {
	if !dnsName(m.SmartHost.Host, 2) {
		errs = append(errs, at.Field("smartHost").Errorf("host", "must be a full lower-case DNS name, for which it has its certificate, got %q", m.SmartHost.Host))
	}
	errs = append(errs, between(at.Field("smartHost"), "port", m.SmartHost.Port, 1, 65535, "")...)
	if m.SmartHost.CA != "" {
		if err := authority(m.SmartHost.CA); err != nil {
			errs = append(errs, at.Field("smartHost").Errorf("ca", "must be a certificate in PEM: %v", err))
		}
	}
	if m.SmartHost.Port == 465 {
		errs = append(errs, at.Field("smartHost").Errorf("port", "465 begins with TLS, the relay begins it by STARTTLS: use 587 or 25"))
	}
	if len(m.Senders) == 0 {
		errs = append(errs, at.Errorf("senders", "must name at least one domain, the relay sends for no other"))
	}
	seen := unique[string]{}
	for i, domain := range m.Senders {
		here := at.Field("senders").Index(i)
		if !dnsName(domain, 2) {
			errs = append(errs, here.Errorf("", "must be a lower-case DNS domain, got %q", domain))
		}
		if err := seen.add(domain, here); err != nil {
			errs = append(errs, err)
		}
	}
	errs = append(errs, clientNamespaces(at.Field("clients"), m.Clients)...)
	errs = append(errs, between(at, "diskGiB", m.DiskGiB, 1, 1024, " GiB")...)
	errs = append(errs, between(at, "messageMiB", m.MessageMiB, 1, 100, " MiB")...)
	if m.ExporterTag == "latest" || m.ExporterTag == "edge" {
		errs = append(errs, at.Errorf("exporterTag", "%s moves: name a tag that your registry keeps", m.ExporterTag))
	}
	return errs
}
