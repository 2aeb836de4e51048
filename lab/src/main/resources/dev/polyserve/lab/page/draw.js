// Draws the lanes of one server, by a painter: a canvas for the page, SVG for a picture.

import {pieces, stateAt} from './lanes.js';
import {samplesAt, processorShare} from './recording.js';
import {tick, axisLabel, percent} from './figures.js';

// The part of a lane's height that a state takes, so that states differ in more than their colour.
const HEIGHTS = {backlog: 0.5, ready: 0.62, input: 0.12, served: 0.86, computing: 1, sending: 0.5, sleeping: 0.3, gone: 0};
const HATCHED = new Set(['backlog', 'sending']);
const RUNS = new Set(['served', 'computing', 'sleeping']);
const AXIS = 20;
const STRIP = 30;
const GAP = 8;
const NARROW = 560;
const LEFT = 96;
const RIGHT = 164;
const RIGHT_CHARACTERS = 27;
export const PLACE_COLOURS = 6;

export function laneHeight(count) {
  return count <= 12 ? 20 : count <= 24 ? 14 : 8;
}

// Where everything is in the picture of a server.
export function layout(server, width, end) {
  const narrow = width < NARROW;
  const lane = laneHeight(server.lanes.length);
  const lanes = AXIS + server.lanes.length * lane;
  const left = narrow ? 26 : LEFT;
  const right = narrow ? 4 : RIGHT;
  const waiting = server.samples.some((sample) => waitingOf(sample) > 0);
  const strips = [{kind: 'processor', top: lanes + GAP}];
  if (waiting) {
    strips.push({kind: 'waiting', top: lanes + GAP + STRIP + GAP});
  }
  return {narrow, lane, left, right, plot: Math.max(width - left - right, 10), lanes, strips: server.samples.length ? strips : [],
    height: lanes + (server.samples.length ? strips.length * (STRIP + GAP) : 0) + 4, end};
}

const waitingOf = (sample) => (sample.backlog || 0) + (sample.queue || 0);

// Draws a server as it is at a moment.
export function drawServer(painter, server, view) {
  const place = layout(server, view.width, view.end);
  const {from, to} = view.window;
  const x = (t) => place.left + (t - from) / (to - from) * place.plot;
  drawAxis(painter, place, view, x);
  server.lanes.forEach((lane, client) => drawLane(painter, place, view, server, lane, client, x));
  place.strips.forEach((strip) => drawStrip(painter, place, view, server, strip, x));
  if (view.t < to) {
    const now = Math.max(x(view.t), place.left);
    painter.rect(now, AXIS - 2, place.left + place.plot - now, place.height - AXIS, 'surface', 0.66);
    painter.line(now, AXIS - 4, now, place.height - 4, 'text', 1.5);
  }
  return place;
}

function drawAxis(painter, place, view, x) {
  const {from, to} = view.window;
  const step = tick(to - from, Math.max(2, place.plot / 110));
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    const at = x(t);
    painter.line(at, AXIS - 3, at, place.height - 4, 'line', 1);
    painter.text(at, 11, axisLabel(t, step), 'muted', at < place.left + 16 ? 'start' : at > place.left + place.plot - 20 ? 'end' : 'middle', 11);
  }
}

function drawLane(painter, place, view, server, lane, client, x) {
  const top = AXIS + client * place.lane;
  const {from, to} = view.window;
  for (const piece of pieces(lane, from, Math.min(to, view.end), place.plot * Math.max(0, Math.min(to, view.end) - from) / (to - from))) {
    drawPiece(painter, place, view, server, piece, top);
  }
  for (const mark of lane.marks) {
    if (mark.t >= from && mark.t <= to && mark.t <= view.end) {
      drawMark(painter, mark.kind, x(mark.t), top + place.lane / 2, place.lane);
    }
  }
  const role = view.roles[client];
  if (place.lane >= 11 || client % 5 === 0) {
    const size = place.lane >= 11 ? 12 : 10;
    painter.text(place.left - 8, top + place.lane / 2 + size * 0.35, place.narrow ? String(client) : view.label(client, role), 'muted', 'end', size);
  }
  if (!place.narrow && place.lane >= 11) {
    const now = stateAt(lane, Math.min(view.t, view.end));
    const words = now.on && RUNS.has(now.state) ? `${view.states[now.state]} · ${now.on}` : view.states[now.state];
    const shown = words.length > RIGHT_CHARACTERS ? `${words.slice(0, RIGHT_CHARACTERS - 1)}…` : words;
    painter.text(place.left + place.plot + 10, top + place.lane / 2 + 4, shown, now.state === 'gone' || now.state === 'input' ? 'muted' : 'text', 'start', 11);
  }
}

function drawPiece(painter, place, view, server, piece, top) {
  const height = Math.max(2, HEIGHTS[piece.state] * (place.lane - 4));
  const y = top + (place.lane - height) / 2;
  const colour = view.byPlace && RUNS.has(piece.state) && piece.on
    ? `place-${server.places.indexOf(piece.on) % PLACE_COLOURS}` : piece.state;
  const left = place.left + piece.x;
  if (HATCHED.has(piece.state) && piece.width > 4) {
    painter.hatch(left, y, piece.width, height, colour);
  } else {
    painter.rect(left, y, Math.max(piece.width, 1), height, colour, piece.width <= 1 ? 0.4 + 0.6 * Math.min(1, piece.share) : 1);
  }
}

function drawMark(painter, kind, x, y, lane) {
  const size = Math.min(4, lane / 3);
  if (kind === 'failed' || kind === 'refused') {
    painter.line(x - size, y - size, x + size, y + size, 'failed', 2);
    painter.line(x - size, y + size, x + size, y - size, 'failed', 2);
  } else if (kind === 'handOff') {
    painter.line(x, y - lane / 2 + 1, x, y + lane / 2 - 1, 'text', 1.5);
  } else {
    painter.line(x, y - size, x, y + size, 'input', 1.5);
  }
}

// A small chart of samples below the lanes.
function drawStrip(painter, place, view, server, strip, x) {
  const {from, to} = view.window;
  const {samples} = server;
  const value = (i) => strip.kind === 'processor'
    ? i > 0 ? processorShare(samples[i - 1], samples[i]) : 0 : waitingOf(samples[i]);
  let most = 1;
  for (let i = 0; i < samples.length; i++) {
    most = Math.max(most, value(i));
  }
  const bottom = strip.top + STRIP;
  painter.line(place.left, bottom, place.left + place.plot, bottom, 'line', 1);
  for (let i = Math.max(1, samples.findIndex((sample) => sample.t > from)); i < samples.length && samples[i - 1].t < Math.min(to, view.end); i++) {
    const begin = Math.max(x(samples[i - 1].t), place.left);
    const end = Math.min(x(samples[i].t), place.left + place.plot);
    const height = Math.min(1, value(i) / most) * STRIP;
    painter.rect(begin, bottom - height, Math.max(end - begin, 0), height, strip.kind, 0.5);
  }
  if (place.narrow) {
    painter.text(place.left + 2, strip.top + 9, view.strips[strip.kind], 'muted', 'start', 10);
  } else {
    painter.text(place.left - 8, strip.top + STRIP / 2 + 4, view.strips[strip.kind], 'muted', 'end', 11);
    const {now, before} = samplesAt(samples, view.t);
    const shown = !now ? '' : strip.kind === 'waiting' ? String(waitingOf(now)) : before ? percent(processorShare(before, now)) : '';
    painter.text(place.left + place.plot + 10, strip.top + STRIP / 2 + 4, shown, 'text', 'start', 11);
  }
}

// Paints on a canvas.
export class CanvasPainter {
  constructor(context, colours, font) {
    this.context = context;
    this.colours = colours;
    this.font = font;
    this.patterns = {};
  }

  rect(x, y, width, height, colour, alpha) {
    this.context.globalAlpha = alpha;
    this.context.fillStyle = this.colours[colour];
    this.context.fillRect(x, y, width, height);
    this.context.globalAlpha = 1;
  }

  hatch(x, y, width, height, colour) {
    this.rect(x, y, width, height, colour, 0.3);
    const {context} = this;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = this.colours[colour];
    context.lineWidth = 1.5;
    context.beginPath();
    for (let at = Math.floor((x - height) / 6) * 6; at < x + width; at += 6) {
      context.moveTo(at, y + height);
      context.lineTo(at + height, y);
    }
    context.stroke();
    context.restore();
  }

  line(x1, y1, x2, y2, colour, width) {
    this.context.strokeStyle = this.colours[colour];
    this.context.lineWidth = width;
    this.context.beginPath();
    this.context.moveTo(x1, y1);
    this.context.lineTo(x2, y2);
    this.context.stroke();
  }

  text(x, y, words, colour, align, size) {
    this.context.fillStyle = this.colours[colour];
    this.context.font = `${size}px ${this.font}`;
    this.context.textAlign = align === 'middle' ? 'center' : align;
    this.context.fillText(words, x, y);
  }
}

// Text of XML, which has neither control characters nor halves of pairs, not even escaped.
const escaped = (words) => words.toWellFormed().replace(/[\u0000-\u001f\ufffe\uffff]/g, ' ')
  .replace(/[&<>"]/g, (c) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'})[c]);
const short = (value) => String(Math.round(value * 10) / 10);

// Paints SVG whose colours are classes, so that a style sheet gives it light and dark. What follows each other in one colour is
// one path.
export class SvgPainter {
  constructor() {
    this.parts = [];
    this.open = '';
  }

  path(attributes, line) {
    if (this.open === attributes) {
      this.parts.push(line);
    } else {
      this.close();
      this.parts.push(`<path ${attributes} d="${line}`);
      this.open = attributes;
    }
  }

  close() {
    if (this.open) {
      this.parts.push('"/>\n');
      this.open = '';
    }
  }

  rect(x, y, width, height, colour, alpha) {
    const opacity = alpha < 1 ? ` opacity="${short(alpha)}"` : '';
    this.path(`class="${colour}"${opacity}`, `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h-${short(width)}z`);
  }

  hatch(x, y, width, height, colour) {
    this.rect(x, y, width, height, colour, 0.5);
  }

  line(x1, y1, x2, y2, colour, width) {
    this.path(`class="s-${colour}" stroke-width="${width}"`, `M${short(x1)} ${short(y1)}L${short(x2)} ${short(y2)}`);
  }

  text(x, y, words, colour, align, size) {
    this.close();
    this.parts.push(`<text class="${colour}" x="${short(x)}" y="${short(y)}" text-anchor="${align}" font-size="${size}">${escaped(words)}</text>\n`);
  }

  toString() {
    this.close();
    return this.parts.join('');
  }
}
