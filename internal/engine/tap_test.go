package engine

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// tap stands between the Automation API and the CLI. It has the CLI write its events to a file
// before they are sent on, and the digest of a preview as well, and keeps both as they were written.
type tap struct {
	*command
	file   string
	stdout []byte // of the latest command
	events []byte // of the latest operation
	digest []byte // of the latest operation, when it was a preview
	err    error  // of the latest operation
}

func (c *tap) Run(ctx context.Context, dir string, stdin io.Reader, stdouts, stderrs []io.Writer,
	env []string, args ...string) (string, string, int, error) {
	i := slices.Index(args, "--event-log")
	var to string
	if i >= 0 {
		args = slices.Clone(args)
		to, args[i+1] = args[i+1], c.file
		if args[0] == "preview" {
			args = append(args, "--json")
		}
	}
	stdout, stderr, code, err := c.command.Run(ctx, dir, stdin, stdouts, stderrs, env, args...)
	c.stdout = []byte(stdout)
	if i >= 0 {
		c.digest, c.err = nil, err
		if args[0] == "preview" {
			c.digest = c.stdout
		}
		if sent := c.send(ctx, to); sent != nil {
			return stdout, stderr, -2, sent
		}
	}
	return stdout, stderr, code, err
}

// send passes the events on as the CLI would have done.
func (c *tap) send(ctx context.Context, to string) (err error) {
	if c.events, err = os.ReadFile(c.file); err != nil {
		return err
	}
	conn, err := grpc.NewClient(strings.TrimPrefix(to, "tcp://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	stream, err := pulumirpc.NewEventsClient(conn).StreamEvents(ctx)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(c.events)) {
		if err := stream.Send(&pulumirpc.EventRequest{Event: line}); err != nil {
			return err
		}
	}
	_, err = stream.CloseAndRecv()
	return err
}
