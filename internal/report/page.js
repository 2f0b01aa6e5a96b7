'use strict';
const by = id => document.getElementById(id), all = [...document.querySelectorAll('.item')];
const tiles = [...document.querySelectorAll('.tiles button')];
const texts = new Map(all.map(e => [e, e.textContent.toLowerCase()]));

function filter() {
  let n = 0;
  const find = by('find').value.trim().toLowerCase();
  for (const e of all) {
    const on = ['layer', 'danger', 'state'].every(f => !by(f).value || e.dataset[f] === by(f).value) && texts.get(e).includes(find);
    e.hidden = !on;
    n += on;
  }
  by('shown').textContent = `${n} of ${all.length} shown`;
  by('nothing').hidden = n > 0;
  for (const t of tiles) t.setAttribute('aria-pressed', t.value === by('danger').value);
}

// A link may lead to what is filtered out, or closed.
function reveal() {
  const e = by(decodeURIComponent(location.hash.slice(1)))?.closest('.item');
  if (!e) return;
  if (e.hidden) by('filter').reset();
  e.open = true;
  e.querySelector('summary').focus({preventScroll: true});
  e.scrollIntoView();
}

if (by('filter')) {
  by('filter').hidden = false;
  by('filter').addEventListener('input', filter);
  by('filter').addEventListener('submit', e => e.preventDefault());
  by('filter').addEventListener('reset', () => setTimeout(filter));
  by('all').addEventListener('click', e => {
    const open = all.some(d => !d.open);
    for (const d of all) d.open = open;
    e.target.textContent = open ? 'Close all' : 'Open all';
  });
  for (const t of tiles) {
    t.disabled = false;
    t.setAttribute('aria-pressed', 'false');
    t.addEventListener('click', () => {
      by('danger').value = by('danger').value === t.value ? '' : t.value;
      filter();
    });
  }
  addEventListener('hashchange', reveal);
  reveal();
}
