// Package browser_test looks at the pages of the gate and of the audit as a person does, in a real
// browser: a headless Chromium, when there is one.
package browser_test

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var pictures = flag.String("pictures", "", "folder that takes a picture of every page, theme and width; docs/pictures has them")

//go:embed look.js
var look string

// browsers are the commands by which a Chromium is known, the smallest first.
var browsers = []string{"chromium-headless-shell", "headless-shell", "chromium", "chromium-browser", "google-chrome"}

// page is a loaded page and what the browser had to say against it.
type page struct {
	context.Context
	lock     sync.Mutex
	protests []string // errors on the console, exceptions, breaches of its policy
	requests []string // what it asked for besides itself
}

// open starts a browser and loads a page of internal/report/testdata.
func open(t *testing.T, name string, width, height int64, theme string, script bool) *page {
	t.Helper()
	var path string
	for _, b := range browsers {
		if found, err := exec.LookPath(b); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		why := fmt.Sprintf("needs one of %v on PATH, e.g. from Debian's chromium-headless-shell", browsers)
		if os.Getenv("STREAMFORGE_REQUIRE") == "1" { // as tests/need, which another module has
			t.Fatal(why)
		}
		t.Skip(why)
	}
	file, err := filepath.Abs(filepath.Join("../../internal/report/testdata", name+".html"))
	require.NoError(t, err)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.WSURLReadTimeout(time.Minute), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"), chromedp.WindowSize(int(width), int(height)))
	// Not t.Context(), which ends before the cleanup: a browser whose context is gone is killed, and Debian's command is
	// a script, whose death leaves the browser behind.
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), opts...)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() { assert.NoError(t, chromedp.Cancel(ctx)) })
	p := &page{Context: ctx}
	chromedp.ListenTarget(ctx, p.listen)
	require.NoError(t, chromedp.Run(ctx,
		network.Enable(), log.Enable(), runtime.Enable(),
		emulation.SetScriptExecutionDisabled(!script),
		emulation.SetDeviceMetricsOverride(width, height, 1, width < 600),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}),
		chromedp.Navigate("file://"+file), chromedp.WaitVisible("main"),
	))
	return p
}

func (p *page) listen(event any) {
	p.lock.Lock()
	defer p.lock.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		p.protests = append(p.protests, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		p.protests = append(p.protests, e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		p.protests = append(p.protests, fmt.Sprint(e.Type, e.Args))
	case *network.EventRequestWillBeSent:
		if e.Type != network.ResourceTypeDocument && e.Request.URL != "data:," {
			p.requests = append(p.requests, e.Request.URL)
		}
	}
}

// do runs steps and fails the test when one of them cannot be done.
func (p *page) do(t *testing.T, steps ...chromedp.Action) {
	t.Helper()
	require.NoError(t, chromedp.Run(p, steps...))
}

// ask evaluates an expression in the page.
func ask[T any](t *testing.T, p *page, expression string) (got T) {
	t.Helper()
	p.do(t, chromedp.Evaluate(expression, &got))
	return got
}

// TestPages looks at both pages in both themes on a telephone and on a desk.
func TestPages(t *testing.T) {
	for _, name := range []string{"gate", "drift"} {
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{400, 1400} {
				title := fmt.Sprintf("%s-%s-%d", name, theme, width)
				t.Run(title, func(t *testing.T) {
					p := open(t, name, width, 1000, theme, true)
					if *pictures != "" {
						var shot []byte
						p.do(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
							shot, err = cdp.CaptureScreenshot().WithFormat(cdp.CaptureScreenshotFormatWebp).WithQuality(60).Do(ctx)
							return err
						}))
						require.NoError(t, os.WriteFile(filepath.Join(*pictures, title+".webp"), shot, 0o644))
					}
					p.do(t, chromedp.Click("#all"))
					for _, check := range []string{"overflow", "contrast", "targets", "names"} {
						assert.Empty(t, ask[[]string](t, p, "("+look+")()."+check+"()"), check)
					}
					p.lock.Lock()
					defer p.lock.Unlock()
					assert.Empty(t, p.protests, "the console is quiet")
					assert.Empty(t, p.requests, "nothing is loaded from elsewhere")
				})
			}
		}
	}
}

// TestChecksCanFail spoils the page in every way that the checks are for.
func TestChecksCanFail(t *testing.T) {
	p := open(t, "gate", 400, 1000, "light", true)
	for check, spoil := range map[string]string{
		"overflow": "document.querySelector('h1').style.width = '500px'",
		"contrast": "document.querySelector('.dim').style.color = '#aaa'",
		"targets":  "document.querySelector('.tree a').style.minHeight = '0'; document.querySelector('.tree a').style.padding = '0'",
		"names":    "document.querySelector('h2').outerHTML = '<h5>x</h5>'",
	} {
		assert.NotEmpty(t, ask[[]string](t, p, spoil+"; ("+look+")()."+check+"()"), check)
	}
	p.do(t, chromedp.Evaluate("document.body.append(Object.assign(new Image(), {src: 'https://example.test/x.png'})); console.error('spoiled')", nil))
	require.Eventually(t, func() bool {
		p.lock.Lock()
		defer p.lock.Unlock()
		return len(p.protests) >= 2
	}, 10*time.Second, 50*time.Millisecond, "the policy forbids the picture")
}
