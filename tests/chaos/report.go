package main

import (
	"bytes"
	"fmt"
	"time"
)

// verdict is an error unless every run converged.
func verdict(outcomes []outcome) error {
	missed := 0
	for _, o := range outcomes {
		if o.err != nil {
			missed++
		}
	}
	if missed > 0 {
		return fmt.Errorf("%d of %d runs did not converge", missed, len(outcomes))
	}
	return nil
}

func report(outcomes []outcome, chosen []fault, started time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, started)
	for _, o := range outcomes {
		fmt.Fprintln(&b, o.line())
	}
	return b.Bytes()
}
