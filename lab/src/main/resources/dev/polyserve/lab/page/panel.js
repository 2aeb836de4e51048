// The part of the page that shows one server: its lanes, figures, moments, and a table for readers of tables.

import {element, named, setText} from './dom.js';
import {STATES, countsAt, durations, stateAt, totals} from './lanes.js';
import {figuresAt} from './recording.js';
import {moments} from './moments.js';
import {CanvasPainter, drawServer, layout, PLACE_COLOURS} from './draw.js';
import {bytes, count, micros, moment, percent, seconds} from './figures.js';

const FIGURES = ['processor', 'residentBytes', 'callsPerRequest', 'requests', 'active', 'backlog', 'queue', 'processes', 'threads'];
const COLUMNS = ['client', 'now', 'on', 'connections', 'waited', 'served', 'sent', 'read', 'written', 'received'];
const FORMATS = {processor: percent, residentBytes: bytes};

export class ServerPanel {
  // `look` shows a moment with some span around it.
  constructor(server, index, clients, text, look) {
    Object.assign(this, {server, clients, text, look});
    this.canvas = element('canvas', {role: 'img'});
    this.status = element('p', {class: 'status'});
    this.notice = element('p', {class: 'muted'});
    this.figures = element('dl', {class: 'figures'});
    this.moments = element('ul', {class: 'moments'});
    this.places = element('ul', {class: 'places'});
    this.body = element('tbody');
    this.table = element('details', {class: 'lane-table', ontoggle: () => this.fillTable()}, element('summary', {}, text.table),
      element('div', {class: 'scroll', tabindex: 0, role: 'group', 'aria-label': `${text.table}: ${server.info.label}`},
        element('table', {}, element('thead', {}, element('tr', {}, COLUMNS.map((name) =>
          element('th', {scope: 'col'}, text.columns[name])))), this.body)));
    const id = `server-${index}`;
    this.article = element('article', {class: 'server', 'data-server': index, 'aria-labelledby': id},
      element('div', {class: 'heading'}, element('h3', {id}, server.info.label), this.status),
      element('div', {class: 'lanes'}, this.canvas), this.places, this.notice, this.figures, this.moments, this.table);
    this.drag();
  }

  // A press or a movement on the lanes chooses the moment below it.
  drag() {
    const choose = (event) => {
      const {left} = this.canvas.getBoundingClientRect();
      const place = layout(this.server, this.canvas.clientWidth, this.view.end);
      const {from, to} = this.view.window;
      this.look(from + Math.max(0, Math.min(1, (event.clientX - left - place.left) / place.plot)) * (to - from));
    };
    this.canvas.addEventListener('pointerdown', (event) => {
      if (event.isPrimary && event.button === 0) {
        this.canvas.setPointerCapture(event.pointerId);
        choose(event);
      }
    });
    this.canvas.addEventListener('pointermove', (event) => {
      if (this.canvas.hasPointerCapture(event.pointerId)) {
        choose(event);
      }
    });
  }

  // Draws the server as `view` says: the moment, the shown part of the time, and the colours.
  draw(view, colours, font) {
    this.view = view;
    const width = this.canvas.parentElement.clientWidth;
    const {height} = layout(this.server, width, view.end);
    const ratio = window.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio) || this.canvas.height !== Math.round(height * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.height = `${height}px`;
    }
    const context = this.canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const {text, clients} = this;
    drawServer(new CanvasPainter(context, colours, font), this.server, {...view, width, states: text.states, label: text.lane,
      roles: clients.map(({role}) => named(text.roles, role) || role), strips: text.strips});
  }

  // Says in words and figures what the picture shows.
  tell(view) {
    this.view = view;
    const {server, text} = this;
    const counts = countsAt(server.lanes, view.t);
    const said = STATES.filter((state) => counts[state]).map((state) => `${counts[state]} ${text.counts[state]}`).join(' · ');
    setText(this.status, said);
    this.canvas.setAttribute('aria-label', text.summary(moment(view.t, view.moves), said));
    const notes = [server.info.message, server.observed ? text.observed : null, server.info.dropped ? text.dropped(server.info.dropped) : null];
    setText(this.notice, notes.filter(Boolean).join(' '));
    this.notice.hidden = this.notice.textContent === '';
    this.tellFigures(figuresAt(server, view.t));
    this.tellPlaces(view.byPlace);
    this.fillTable();
  }

  tellFigures(figures) {
    const shown = FIGURES.filter((name) => figures[name] !== undefined);
    if (this.names !== shown.join()) {
      this.names = shown.join();
      this.figures.replaceChildren(...shown.map((name) => element('div', {}, element('dt', {}, this.text.figures[name]),
        element('dd', {'data-figure': name}))));
    }
    this.figures.querySelectorAll('dd').forEach((place) => {
      const name = place.dataset.figure;
      place.dataset.value = figures[name];
      setText(place, (FORMATS[name] || count)(figures[name]));
    });
  }

  tellPlaces(byPlace) {
    this.places.hidden = !byPlace;
    if (byPlace && this.places.childElementCount !== this.server.places.length) {
      this.places.replaceChildren(...this.server.places.map((name, i) => element('li', {},
        element('span', {class: `swatch place-${i % PLACE_COLOURS}`}), name)));
    }
  }

  // The moments are looked for anew, because more has happened.
  findMoments(workload, end) {
    const found = moments(this.server, workload, end);
    const key = JSON.stringify(found);
    if (key === this.found) {
      return;
    }
    this.found = key;
    const focused = [...this.moments.children].findIndex((item) => item.contains(document.activeElement));
    this.moments.replaceChildren(...found.map(({kind, t, span, values}) => {
      const words = {at: seconds(t, 3), micros: values.micros === undefined ? '' : micros(values.micros),
        share: values.share === undefined ? '' : percent(values.share)};
      return element('li', {}, element('button', {type: 'button', 'data-kind': kind, 'data-t': t, onclick: () => this.look(t, span)},
        this.text.moments[kind](values, words)));
    }));
    if (focused >= 0) {
      this.moments.children[Math.min(focused, found.length - 1)]?.firstChild.focus({preventScroll: true});
    }
  }

  fillTable() {
    if (!this.table.open || !this.view) {
      return;
    }
    const {t} = this.view;
    const rows = this.server.lanes.map((lane, client) => {
      const now = stateAt(lane, t);
      const spent = durations(lane, 0, t);
      const {role} = this.clients[client];
      const sums = totals(this.server.events[client], t);
      const cells = [`${client} ${named(this.text.roles, role) || role}`, this.text.states[now.state], now.on, sums.connect,
        micros((spent.backlog || 0) + (spent.ready || 0)), micros((spent.served || 0) + (spent.computing || 0)),
        bytes(sums.sent), bytes(sums.read), bytes(sums.written), bytes(sums.received)];
      const values = {...sums, now: now.state};
      return element('tr', {}, cells.map((cell, i) => i === 0 ? element('th', {scope: 'row'}, cell)
        : element('td', {'data-column': COLUMNS[i], 'data-value': values[COLUMNS[i]]}, String(cell))));
    });
    this.body.replaceChildren(...rows);
  }
}
