// The lanes as they are shown, as one SVG with the colours of the page, light and dark.

import {named} from './dom.js';
import {drawServer, layout, SvgPainter} from './draw.js';

const WIDTH = 1000;
const MARGIN = 16;
const HEADING = 26;

// The custom properties of a rule.
function colours(rule) {
  return Object.fromEntries([...rule.style].filter((name) => name.startsWith('--')).map((name) => [name.slice(2), rule.style.getPropertyValue(name).trim()]));
}

function rules(values) {
  return Object.entries(values).map(([name, value]) => `.${name}{fill:${value}}.s-${name}{stroke:${value}}`).join('');
}

// The colours of all style sheets of the page.
function style(sheets) {
  const all = [...sheets].flatMap((sheet) => [...sheet.cssRules]);
  const ofRoot = (among) => Object.assign({}, ...among.filter((rule) => rule.selectorText === ':root').map(colours));
  const dark = all.filter((rule) => rule.media?.mediaText.includes('dark')).flatMap((rule) => [...rule.cssRules]);
  return `svg{font-family:system-ui,sans-serif}${rules(ofRoot(all))}@media(prefers-color-scheme:dark){${rules(ofRoot(dark))}}`;
}

// What `view` shows of each server, one below the other.
export function picture(recording, view, text, sheets) {
  const parts = [];
  let top = MARGIN;
  for (const server of recording.servers) {
    const painter = new SvgPainter();
    const shown = {...view, width: WIDTH - 2 * MARGIN, states: text.states, label: text.lane,
      roles: recording.clients.map(({role}) => named(text.roles, role) || role), strips: text.strips};
    painter.text(0, 14, server.info.label, 'text', 'start', 15);
    const {height} = layout(server, shown.width, view.end);
    const lanes = new SvgPainter();
    drawServer(lanes, server, shown);
    parts.push(`<g transform="translate(${MARGIN} ${top})">${painter}<g transform="translate(0 ${HEADING})">${lanes}</g></g>`);
    top += HEADING + height + MARGIN;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" font-size="12"><style>${style(sheets)}</style>`
    + `<rect class="surface" width="${WIDTH}" height="${top}"/>\n${parts.join('\n')}\n</svg>\n`;
}
