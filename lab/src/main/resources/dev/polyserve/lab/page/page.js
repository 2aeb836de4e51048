// The page of the lab. It shows a run that is going on, which it reads as server-sent events, or one that was saved.

import {byId, element, named, setText} from './dom.js';
import {LANGUAGES} from './text.js';
import {Recording, LATE_MICROS} from './recording.js';
import {SPEEDS, newPlayer, advanced, paused, played, atTime, atSpeed, atNewest, windowAt} from './player.js';
import {STATES, neighbour} from './lanes.js';
import {PLACE_COLOURS} from './draw.js';
import {ServerPanel} from './panel.js';
import {modelCard} from './model.js';
import {Setup} from './setup.js';
import {picture} from './picture.js';
import {micros, moment} from './figures.js';

const SPANS = [0, 10e6, 2e6, 500e3, 100e3, 10e3, 1e3];
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Noto Sans CJK SC", Arial, sans-serif';
const FRAME_MILLIS = 33;
// A frame comes this many times its own cost after the one before, so that a large run leaves the browser responsive.
const PAUSES = 3;
const TELL_MILLIS = 250;
const SEARCH_MILLIS = 1000;

const page = {language: 'en', recording: null, player: newPlayer(), span: 0, byPlace: false, panels: [], models: [], setup: null,
  offset: -Infinity, colours: {}, dirty: true, cost: 0, told: -Infinity, searched: -1, searchedAt: 0, token: '', lost: false, saved: false,
  asked: false};

const text = () => LANGUAGES[page.language];

// --- the moment ---

// The newest moment that can be shown: what happens later may still be on its way here.
function end() {
  const {recording} = page;
  if (!recording) {
    return 0;
  }
  const newest = performance.now() * 1000 + page.offset;
  return recording.running ? Math.max(0, Math.min(newest, recording.last + 1e6) - LATE_MICROS) : recording.last;
}

function show(player) {
  page.player = player;
  page.dirty = true;
  page.told = -Infinity;
  schedule();
}

function look(t, span) {
  if (span) {
    const wanted = span * 1.2;
    page.span = SPANS.filter((candidate) => candidate >= wanted && candidate < end()).sort((a, b) => a - b)[0] || 0;
    byId('span').value = page.span;
  }
  show(atTime(page.player, Math.round(t), end()));
}

function stepTo(forward) {
  const lanes = page.recording.servers.flatMap((server) => server.lanes);
  show(atTime(page.player, neighbour(lanes, Math.round(page.player.t), forward, end()), end()));
}

function toggle() {
  const {player} = page;
  if (player.playing) {
    show(paused(player));
  } else {
    show(played(player, end(), page.recording.running));
  }
}

// --- drawing ---

let scheduled = false;
let lastFrame = performance.now();

function schedule() {
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(frame);
  }
}

function frame(now) {
  scheduled = false;
  const {recording} = page;
  if (!recording) {
    return;
  }
  const passed = now - lastFrame;
  if (passed >= Math.max(FRAME_MILLIS, page.cost * PAUSES) || page.dirty) {
    lastFrame = now;
    if (recording.running) {
      recording.settle(end());
    }
    page.player = advanced(page.player, Math.min(passed, 1000) * 1000, end());
    draw(now);
    page.cost = performance.now() - now;
  }
  const over = !recording.running && page.player.t >= end();
  if (over && page.player.playing) {
    show(paused(page.player));
  } else if (page.player.playing || recording.running) {
    schedule();
  }
}

function currentView() {
  const {t} = page.player;
  return {t, end: end(), moves: page.player.playing, byPlace: page.byPlace, window: windowAt(t, page.span, wholeSpan())};
}

function savePicture() {
  const image = new Blob([picture(page.recording, currentView(), text(), document.styleSheets)], {type: 'image/svg+xml'});
  const link = element('a', {href: URL.createObjectURL(image), download: `polyserve-lab-${page.recording.head.id}.svg`});
  link.click();
  URL.revokeObjectURL(link.href);
}

function draw(now) {
  page.dirty = false;
  const {player, recording} = page;
  const view = currentView();
  page.panels.forEach((panel) => panel.draw(view, page.colours, FONT));
  const position = byId('position');
  position.max = Math.ceil(view.end);
  position.step = 10_000;
  position.value = player.t;
  position.setAttribute('aria-valuetext', moment(player.t));
  byId('moment').dataset.value = Math.round(player.t);
  setText(byId('moment'), moment(player.t, player.playing));
  if (now - page.told >= TELL_MILLIS) {
    page.told = now;
    page.panels.forEach((panel) => panel.tell(view));
    tellState();
    findMoments(now, view.end);
  }
}

// Looks for moments in what is new.
function findMoments(now, newest) {
  const {recording} = page;
  if (page.searched === recording.count || (recording.running && now - page.searchedAt < SEARCH_MILLIS)) {
    return;
  }
  page.searched = recording.count;
  page.searchedAt = now;
  page.panels.forEach((panel) => panel.findMoments(recording.head.workload, newest));
}

// A run that goes on fills its time from the left.
function wholeSpan() {
  const {recording} = page;
  return recording.running ? Math.max(end(), recording.head.seconds * 1e6) : end();
}

function tellState() {
  const {head} = page.recording;
  setText(byId('state'), head.state === 'over' ? named(text().reasons, head.over) || head.over || text().over : text()[head.state]);
  byId('state').classList.toggle('good', head.state === 'running');
  const {player} = page;
  byId('play').setAttribute('aria-label', player.playing ? text().pause : text().play);
  byId('play').dataset.playing = player.playing;
  byId('newest').disabled = player.live && player.playing;
  byId('speed').value = player.speed;
  const over = page.saved || head.state === 'over';
  if (over && document.activeElement === byId('stop')) {
    byId('play').focus({preventScroll: true});
  }
  byId('stop').hidden = over;
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = [...STATES.slice(0, -1), 'failed', 'text', 'muted', 'line', 'surface', 'processor', 'waiting',
    ...Array.from({length: PLACE_COLOURS}, (_, i) => `place-${i}`)];
  page.colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  page.dirty = true;
  schedule();
}

// --- building ---

function say(words) {
  byId('message').hidden = !words;
  setText(byId('message'), words);
}

// Writes all words in the chosen language.
function write() {
  document.documentElement.lang = page.language === 'zh' ? 'zh-CN' : 'en';
  document.querySelectorAll('[data-text]').forEach((place) => setText(place, text()[place.dataset.text]));
  byId('back').setAttribute('aria-label', text().back);
  byId('forward').setAttribute('aria-label', text().forward);
  byId('speed').replaceChildren(...SPEEDS.map((speed) => element('option', {value: speed}, speed === 1 ? '1 ×' : `${speed} ×`)));
  byId('span').replaceChildren(...SPANS.map((span) => element('option', {value: span}, span ? micros(span) : text().wholeRun)));
  byId('span').value = page.span;
  byId('legend').replaceChildren(...STATES.slice(0, -1).map((state) => [state, text().states[state]])
    .concat(Object.entries(text().marks)).map(([kind, words]) => element('li', {}, element('span', {class: `swatch ${kind}`}), words)));
  page.setup?.write(text());
  if (page.recording) {
    build();
  }
}

function build() {
  const {recording} = page;
  byId('run').hidden = false;
  const [title] = named(text().workloads, recording.head.workload) || [recording.head.workload];
  setText(byId('h-run'), `${title}${text().colon}${recording.servers.map(({info}) => info.label).join(' · ')}`);
  page.searched = -1;
  page.panels = recording.servers.map((server, i) => new ServerPanel(server, i, recording.clients, text(), look));
  byId('servers').replaceChildren(...page.panels.map(({article}) => article));
  const used = new Set(recording.servers.map(({info}) => info.model));
  byId('models').replaceChildren(...page.models.filter(({id}) => used.has(id)).map((model) => modelCard(model, page.language, text())));
  byId('save').hidden = page.saved;
  byId('picture').hidden = false;
  show(page.player);
}

function begin(recording) {
  const {head} = recording;
  const again = page.recording?.head.id === head.id && page.recording.head.startedAt === head.startedAt;
  page.recording = recording;
  page.offset = -Infinity;
  if (again) { // after the connection was lost: the moment stays
    build();
    return;
  }
  page.player = newPlayer();
  page.span = 0;
  byId('span').value = 0;
  build();
}

// --- a live run ---

function follow() {
  const events = new EventSource('events');
  events.addEventListener('run', ({data}) => {
    const first = !page.recording && !byId('form').contains(document.activeElement);
    begin(new Recording(JSON.parse(data)));
    if (first || page.asked) {
      closeForm();
    }
  });
  events.addEventListener('items', ({data}) => {
    const {recording} = page;
    JSON.parse(data).forEach((item) => recording.take(item));
    if (recording.servers.length !== page.panels.length) {
      build();
    }
    page.offset = Math.max(page.offset, recording.last - performance.now() * 1000);
    schedule();
  });
  events.addEventListener('last', () => {
    page.recording.settle(Infinity);
    show(page.player.live ? atNewest(page.player, end()) : page.player);
  });
  events.addEventListener('error', () => {
    page.lost = true;
    say(events.readyState === EventSource.CLOSED ? text().crowded : text().lost);
  });
  events.addEventListener('open', () => {
    if (page.lost) {
      page.lost = false;
      say('');
    }
  });
}

// Makes room for the run. Another page may have begun it while the form here is filled in: then the form stays.
function closeForm() {
  const inForm = byId('form').contains(document.activeElement);
  page.asked = false;
  byId('chosen').open = false;
  if (inForm) {
    byId('play').focus();
  }
}

async function ask(path, body) {
  try {
    page.asked ||= path === 'start';
    const response = await fetch(path, {method: 'POST', headers: {Authorization: `Bearer ${page.token}`}, body});
    const words = (await response.text()).trim();
    page.asked &&= response.ok;
    say(response.ok ? '' : words);
  } catch {
    page.asked = false;
    say(text().lost);
  }
}

async function live() {
  page.token = location.hash.slice(1);
  const response = await fetch('choices');
  if (!response.ok) {
    say((await response.text()).trim());
    return;
  }
  const choices = await response.json();
  page.models = choices.models;
  page.setup = new Setup(choices, (request) => ask('start', JSON.stringify(request)));
  byId('setup').hidden = false;
  byId('stop').addEventListener('click', () => ask('stop', ''));
  write();
  if (!page.token) {
    say(text().noToken);
    byId('setup').inert = true;
  }
  follow();
}

function saved(document) {
  page.saved = true;
  page.models = document.models;
  const {run} = document;
  const recording = Recording.whole(run.state === 'over' ? run : {...run, state: 'over', over: 'saved while it went on'});
  write();
  setText(byId('subtitle'), `${text().recorded} ${new Date(run.startedAt).toLocaleString(page.language === 'zh' ? 'zh-CN' : 'en')}`);
  begin(recording);
  show(paused({...page.player, t: end()}));
}

// --- controls ---

// Whether the element that has the focus takes a key itself.
function takes(element, key) {
  const isIn = (kinds) => element.closest(kinds) !== null;
  if (isIn('select, textarea, input:not([type=range], [type=checkbox])')) {
    return true;
  }
  if (key === ' ') {
    return isIn('button, summary, a, [type=checkbox], [tabindex]');
  }
  return (key === 'Home' || key === 'End') && isIn('[tabindex]');
}

function onKey(event) {
  if (!page.recording || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  const actions = {' ': toggle, ',': () => stepTo(false), '.': () => stepTo(true),
    Home: () => look(0), End: () => show(atNewest(page.player, end()))};
  if (actions[event.key] && !takes(event.target, event.key)) {
    event.preventDefault();
    actions[event.key]();
  }
}

function connectControls() {
  byId('play').addEventListener('click', toggle);
  byId('back').addEventListener('click', () => stepTo(false));
  byId('forward').addEventListener('click', () => stepTo(true));
  byId('newest').addEventListener('click', () => show(atNewest(page.player, end())));
  byId('position').addEventListener('input', ({target}) => look(Number(target.value)));
  byId('speed').addEventListener('change', ({target}) => show(atSpeed(page.player, Number(target.value))));
  byId('span').addEventListener('change', ({target}) => {
    page.span = Number(target.value);
    show(page.player);
  });
  byId('colours').addEventListener('change', ({target}) => {
    page.byPlace = target.value === 'place';
    show(page.player);
  });
  byId('picture').addEventListener('click', savePicture);
  byId('language').addEventListener('click', () => {
    page.language = page.language === 'en' ? 'zh' : 'en';
    write();
  });
  document.addEventListener('keydown', onKey);
  addEventListener('resize', () => show(page.player));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', readColours);
}

page.language = navigator.language?.startsWith('zh') ? 'zh' : 'en';
connectControls();
readColours();
const recorded = byId('recorded');
if (recorded) {
  saved(JSON.parse(recorded.textContent));
} else {
  live().catch((error) => say(`${text().lost} (${error.message})`));
}
