package proxmox

import (
	"hash/fnv"
	"net/url"
	"path"
	"strings"
)

// Sizes of invented images. A cloud image is a small file whose disk is larger;
// 3.5 GiB is what Ubuntu's have.
const (
	imageDisk    = 3584 << 20
	imageAtLeast = 512 << 20
	imageSpread  = 128 << 20
)

// urlSize invents the size of a download: the same URL always has the same size,
// so a client that compares them sees no change.
func urlSize(address string) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(address))
	return imageAtLeast + int64(h.Sum32()%imageSpread)
}

func queryURL(c *call) (any, error) {
	if _, err := c.node(); err != nil {
		return nil, err
	}
	u, err := url.Parse(c.str("url"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, refuse("url", "value does not match the regex pattern")
	}
	return map[string]any{"filename": path.Base(u.Path), "mimetype": "application/octet-stream",
		"size": urlSize(c.str("url"))}, nil
}

// fileEndings are the names a storage accepts per content type.
var fileEndings = map[string][]string{
	"import": {".qcow2", ".raw", ".vmdk", ".ova", ".img"},
	"iso":    {".iso", ".img"},
	"vztmpl": {".tar.gz", ".tar.xz", ".tar.zst"},
}

// incoming checks a file that is to be downloaded or uploaded.
func (c *call) incoming() (volume, Datastore, error) {
	d, err := c.storeOfPath()
	if err != nil {
		return volume{}, d, err
	}
	content, file := c.str("content"), c.str("filename")
	endings, ok := fileEndings[content]
	if !ok {
		return volume{}, d, refuse("content", "value '%s' does not have a value in the enumeration "+
			"'iso, vztmpl, import'", content)
	}
	if _, err := c.storeFor(d.Name, c.vars["node"], content); err != nil {
		return volume{}, d, err
	}
	format := ""
	for _, e := range endings {
		if strings.HasSuffix(file, e) {
			format = strings.TrimPrefix(e, ".")
		}
	}
	if format == "" || strings.ContainsAny(file, "/ ") {
		return volume{}, d, refuse("filename", "wrong file extension")
	}
	if format == "img" {
		format = map[string]string{"import": "raw", "iso": "iso"}[content]
	}
	return volume{ID: d.Name + ":" + content + "/" + file, Content: content, Format: format}, d, nil
}

// downloadURL pretends to fetch a file. Nothing leaves the machine: the volume
// appears with an invented size.
func downloadURL(c *call) (any, error) {
	v, d, err := c.incoming()
	if err != nil {
		return nil, err
	}
	if c.has("checksum") != c.has("checksum-algorithm") {
		return nil, refuse("checksum", "missing associated requirement - checksum-algorithm")
	}
	node := c.vars["node"]
	v.Stored, v.Sum = urlSize(c.str("url")), strings.ToLower(c.str("checksum"))
	v.Size = v.Stored
	if v.Content == "import" {
		v.Size = imageDisk
	}
	return c.start(job{node: node, kind: "download", id: c.str("filename"), do: func() error {
		if old := c.st.Volumes[c.volumeKey(v.ID, node)]; old != nil {
			return old.instead(v, d)
		}
		c.addVolume(v, d, node)
		return nil
	}})
}

// instead says whether v, which is there, does for a download of the same name, as
// PVE::Tools::download_file_from_url decides it: only a checksum tells.
func (v volume) instead(wanted volume, d Datastore) error {
	_, name, _ := cutVolume(v.ID)
	switch wanted.Sum {
	case "":
		return fail("refusing to override existing file '%s'", d.path()+"/"+name)
	case v.Sum:
		return nil
	default:
		return fail("checksum mismatch: got '%s' != expect '%s', aborting", v.Sum, wanted.Sum)
	}
}

// uploadFile takes the name of an uploaded file; its bytes are not kept.
func uploadFile(c *call) (any, error) {
	v, d, err := c.incoming()
	if err != nil {
		return nil, err
	}
	node := c.vars["node"]
	v.Stored, v.Size = imageAtLeast, imageDisk
	return c.start(job{node: node, kind: "imgcopy", do: func() error {
		c.addVolume(v, d, node)
		return nil
	}})
}
