package config

// linstorDisks gives the data disk of every machine that carries LinstorLabel, in GiB.
func (c *Config) linstorDisks() (sizes []int) {
	for _, p := range c.Compute.Pools {
		if p.Labels[LinstorLabel] == "true" {
			for range p.Nodes {
				sizes = append(sizes, p.DataDiskGiB)
			}
		}
	}
	return sizes
}

// storageFits: volumes need the machines and the disks that compute makes.
func (c *Config) storageFits() (errs []error) {
	for i, p := range c.Compute.Pools {
		if p.Labels[LinstorLabel] == "true" && p.DataDiskGiB == 0 {
			errs = append(errs, Path("compute.pools").Index(i).Errorf("dataDiskGiB",
				"is 0, but the label %s promises Linstor a disk on these machines", LinstorLabel))
		}
	}
	disks := c.linstorDisks()
	at := Path("storage.minio")
	// Two copies need a third machine that breaks the tie when the two cannot see each other.
	if need := max(3, c.Storage.Linstor.Replicas); len(disks) < need {
		errs = append(errs, Path("storage.linstor").Errorf("replicas", "%d copies and their quorum need at least %d machines "+
			"labelled %s, compute.pools have %d", c.Storage.Linstor.Replicas, need, LinstorLabel, len(disks)))
	}
	if len(disks) < c.Storage.MinIO.Nodes {
		errs = append(errs, at.Errorf("nodes", "%d servers need as many machines labelled %s, compute.pools have %d",
			c.Storage.MinIO.Nodes, LinstorLabel, len(disks)))
	}
	for i, p := range c.Compute.Pools {
		if p.Labels[LinstorLabel] == "true" && p.DataDiskGiB > 0 && c.Storage.MinIO.DriveGiB >= p.DataDiskGiB {
			errs = append(errs, at.Errorf("driveGiB", "%d GiB do not fit beside other volumes on the data disk of %d GiB of compute.pools[%d]",
				c.Storage.MinIO.DriveGiB, p.DataDiskGiB, i))
		}
	}
	return errs
}
