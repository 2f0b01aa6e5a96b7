package proxmox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/muhlba91/pulumi-proxmoxve/sdk/v7/go/proxmoxve/download"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const imageTimeout = 1800 // seconds; some 700 MB from the internet, checksum included

// downloadImages lets every host that starts a machine fetch the image, or one host when the
// datastore is shared.
func (b *builder) downloadImages() error {
	b.images = map[string]pulumi.IDOutput{}
	hosts := imageHosts(b.args.Machines)
	if b.args.ImageShared && len(hosts) > 0 {
		id, err := b.downloadImage(hosts[0], b.name+"-image")
		for _, host := range hosts {
			b.images[host] = id
		}
		return err
	}
	for _, host := range hosts {
		id, err := b.downloadImage(host, b.name+"-image-"+host)
		if err != nil {
			return err
		}
		b.images[host] = id
	}
	return nil
}

func (b *builder) downloadImage(host, name string) (pulumi.IDOutput, error) {
	image := b.args.Image
	file, err := download.NewFile(b.ctx, name, &download.FileArgs{
		NodeName:          pulumi.String(host),
		DatastoreId:       pulumi.String(b.args.ImageDatastore),
		ContentType:       pulumi.String("import"), // a disk can be imported from it by API alone
		Url:               pulumi.String(image.URL),
		FileName:          pulumi.String(imageFile(image)),
		Checksum:          pulumi.String(image.SHA256),
		ChecksumAlgorithm: pulumi.String("sha256"),
		UploadTimeout:     pulumi.Int(imageTimeout),
		// Otherwise every refresh asks the internet for the size and a moved mirror is a difference.
		Overwrite: pulumi.Bool(false),
		// A download that was cut off leaves a file nobody owns; the name holds its checksum.
		OverwriteUnmanaged: pulumi.Bool(true),
	}, b.opts...)
	if err != nil {
		return pulumi.IDOutput{}, fmt.Errorf("image on %s: %w", host, err)
	}
	return file.ID(), nil
}

// imageHosts gives the hosts of machines, each once, in the order of their first machine.
func imageHosts(machines []Machine) []string {
	var hosts []string
	for _, m := range machines {
		if !slices.Contains(hosts, m.Host) {
			hosts = append(hosts, m.Host)
		}
	}
	return hosts
}

// imageFile is the name in the datastore. The checksum in it lets a new image be fetched before
// the old one goes, and never under the name of another.
func imageFile(i Image) string {
	stem := strings.TrimSuffix(i.FileName, ".qcow2")
	if len(i.SHA256) < 12 {
		return stem + ".qcow2"
	}
	return stem + "-" + i.SHA256[:12] + ".qcow2"
}
