package browser_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKeyboard goes through the page without a mouse.
func TestKeyboard(t *testing.T) {
	p := open(t, "gate", 1400, 900, "light", true)
	focused := func() string {
		return ask[string](t, p, `(e => e.id || e.className || e.tagName)(document.activeElement)`)
	}
	tab := func(times int) {
		for range times {
			p.do(t, chromedp.KeyEvent("\t"))
			assert.Equal(t, "solid 3px", ask[string](t, p, `(s => s.outlineStyle + ' ' + s.outlineWidth)(getComputedStyle(document.activeElement))`), focused())
		}
	}
	tab(1)
	require.Equal(t, "skip", focused())
	p.do(t, chromedp.KeyEvent("\r"))
	require.Equal(t, "list", focused())
	tab(1)
	require.Equal(t, "layer", focused())
	tab(3)
	require.Equal(t, "find", focused())
	p.do(t, chromedp.KeyEvent("numberOfInstances"))
	require.Equal(t, "1 of 11 shown", ask[string](t, p, `document.getElementById('shown').textContent`))
	tab(1)
	p.do(t, chromedp.KeyEvent(" "), chromedp.Poll(`document.getElementById('shown').textContent === '11 of 11 shown'`, nil))
	tab(2)
	require.Equal(t, "SUMMARY", focused())
	isOpen := `document.activeElement.parentElement.open`
	require.True(t, ask[bool](t, p, isOpen), "what waits for somebody is open")
	p.do(t, chromedp.KeyEvent(" "))
	require.False(t, ask[bool](t, p, isOpen))
	p.do(t, chromedp.KeyEvent("\r"))
	require.True(t, ask[bool](t, p, isOpen))
	assert.Equal(t, ask[int](t, p, `document.querySelectorAll('.item').length`)+3, p.tabsTo(t, "A"), "every change, and its objects, before the tree")
	p.do(t, chromedp.KeyEvent("\r"), chromedp.Poll(`document.activeElement.tagName === 'SUMMARY'`, nil))
	assert.Contains(t, ask[string](t, p, `document.activeElement.textContent`), "proxmox-k2w-3", "the tree leads to the change")
}

// tabsTo counts how often one has to press tab to come to an element of that name.
func (p *page) tabsTo(t *testing.T, name string) (times int) {
	t.Helper()
	for ask[string](t, p, `document.activeElement.tagName`) != name {
		require.Less(t, times, 100)
		p.do(t, chromedp.KeyEvent("\t"))
		times++
	}
	return times
}

// TestFilter narrows the list by the tiles and by a choice of layer.
func TestFilter(t *testing.T) {
	p := open(t, "gate", 1400, 900, "light", true)
	shown := func() string { return ask[string](t, p, `document.getElementById('shown').textContent`) }
	p.do(t, chromedp.Click(`.tiles button[value="data-loss"]`))
	assert.Equal(t, "2 of 11 shown", shown())
	assert.Equal(t, "data-loss", ask[string](t, p, `document.getElementById('danger').value`))
	p.do(t, chromedp.Evaluate(`document.getElementById('layer').value = 'network.Edge'; document.getElementById('filter').dispatchEvent(new Event('input'))`, nil))
	assert.Equal(t, "0 of 11 shown", shown())
	p.do(t, chromedp.WaitVisible("#nothing"), chromedp.Click(`button[type="reset"]`), chromedp.WaitNotVisible("#nothing"))
	assert.Equal(t, "11 of 11 shown", shown())
}

// TestWithoutScript reads the page where scripts may not run, as in some viewers of artifacts.
func TestWithoutScript(t *testing.T) {
	p := open(t, "drift", 400, 900, "dark", false)
	var form, body bool
	p.do(t, chromedp.Evaluate(`document.getElementById('filter').checkVisibility()`, &form),
		chromedp.Click(".item:nth-of-type(7) summary"), chromedp.WaitVisible(".item:nth-of-type(7) .values"),
		chromedp.Evaluate(`document.querySelector('.item:nth-of-type(7) .hint').checkVisibility()`, &body))
	assert.False(t, form, "a filter that does nothing is not shown")
	assert.True(t, body)
}
