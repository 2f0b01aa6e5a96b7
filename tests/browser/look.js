// What a look at the page would find wrong, as texts.
() => {
  const shown = e => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().right > 0;
  const name = e => `${e.tagName.toLowerCase()}.${e.className} ${(e.textContent || e.id).trim().slice(0, 40)}`;
  const every = selector => [...document.querySelectorAll(selector)].filter(shown);
  const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = color => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = color;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c[3] === 255) return c;
      if (c[3] !== 0) throw new Error(`half transparent: ${name(e)}`);
    }
    return [255, 255, 255, 255];
  };
  const light = c => {
    const [r, g, b] = c.slice(0, 3).map(x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const own = e => [...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
  return {
    overflow: () => {
      const wide = document.documentElement.clientWidth, bad = every('main *, header *').filter(e => e.getBoundingClientRect().right > wide + 1).map(name);
      return document.documentElement.scrollWidth > wide ? [`the page is ${document.documentElement.scrollWidth} px wide`, ...bad] : bad;
    },
    contrast: () => every('body *').filter(own).flatMap(e => {
      const r = ratio(rgba(getComputedStyle(e).color), behind(e));
      return r < 4.5 ? [`${r.toFixed(2)}: ${name(e)}`] : [];
    }),
    targets: () => every('a, button, select, input, summary').flatMap(e => {
      const {width, height} = e.getBoundingClientRect(), least = innerWidth < 600 ? 44 : 24;
      return height < least - 0.5 || width < least ? [`${Math.round(width)}x${Math.round(height)}: ${name(e)}`] : [];
    }),
    names: () => [
      ...every('select, input').filter(e => !e.labels.length).map(e => `no label: ${name(e)}`),
      ...every('section').filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).map(e => `no name: ${name(e)}`),
      ...['header', 'main', 'footer', 'h1'].filter(s => document.querySelectorAll(`body > ${s}, body > header > ${s}`).length !== 1).map(s => `not one ${s}`),
      ...every('h1, h2, h3, h4').flatMap((e, i, all) => i && +e.tagName[1] > +all[i - 1].tagName[1] + 1 ? [`a level is left out before ${name(e)}`] : []),
      ...[...document.querySelectorAll('[id]')].filter(e => document.querySelectorAll(`#${CSS.escape(e.id)}`).length > 1).map(e => `twice: ${e.id}`),
    ],
  };
}
