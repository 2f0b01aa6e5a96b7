package proxmox

import (
	"crypto/sha256"
	"encoding/hex"
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
	args := &download.FileArgs{
		NodeName:      pulumi.String(host),
		DatastoreId:   pulumi.String(b.args.ImageDatastore),
		ContentType:   pulumi.String("import"), // a disk can be imported from it by API alone
		Url:           pulumi.String(image.URL),
		FileName:      pulumi.String(imageFile(image)),
		UploadTimeout: pulumi.Int(imageTimeout),
		// Otherwise every refresh asks the internet for the size and a moved mirror is a difference.
		Overwrite: pulumi.Bool(false),
		// A run that was cut off leaves a file that nobody owns. Proxmox takes it for the download if the
		// checksum is right (PVE::Tools::download_file_from_url); without a checksum it refuses the download,
		// and the provider deletes the file.
		OverwriteUnmanaged: pulumi.Bool(true),
	}
	if image.SHA256 != "" {
		args.Checksum, args.ChecksumAlgorithm = pulumi.String(image.SHA256), pulumi.String("sha256")
	}
	file, err := download.NewFile(b.ctx, name, args, b.opts...)
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

// imageFile is the name in the datastore. What tells one image from another is in it, so that a new
// one is fetched beside the old one, which goes last: under one name Proxmox refuses the second.
func imageFile(i Image) string {
	tell := i.SHA256
	if tell == "" {
		sum := sha256.Sum256([]byte(i.URL))
		tell = hex.EncodeToString(sum[:])
	}
	return fmt.Sprintf("%s-%.12s.qcow2", strings.TrimSuffix(i.FileName, ".qcow2"), tell)
}
