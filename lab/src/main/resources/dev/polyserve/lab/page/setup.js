// The form that chooses what a run is: servers, clients, and what the clients do.

import {byId, element, setText} from './dom.js';

const MOST_SERVERS = 4;
// Before the number of a command, in the values of the choice.
const COMMAND = 'against-';

// Runs at which a difference is seen, each by one press.
export const PRESETS = [
  {id: 'turn', workload: 'talkers', servers: [{model: 'iterative'}, {model: 'thread'}, {model: 'epoll'}], clients: 10, seconds: 12},
  {id: 'compute', workload: 'compute', servers: [{model: 'epoll', loops: 1, handOff: false}, {model: 'epoll', loops: 1, handOff: true}, {model: 'virtual'}], clients: 10, seconds: 8},
  {id: 'crash', workload: 'crash', servers: [{model: 'thread'}, {model: 'process'}], clients: 6, seconds: 10},
  {id: 'idle', workload: 'idle', servers: [{model: 'polling'}, {model: 'epoll'}], clients: 10, seconds: 6},
  {id: 'burst', workload: 'burst', servers: [{model: 'thread-pool'}, {model: 'virtual'}, {model: 'io_uring'}], clients: 24, seconds: 8},
  {id: 'slow', workload: 'slow', servers: [{model: 'iterative'}, {model: 'nio'}], clients: 8, seconds: 8},
  {id: 'descriptors', workload: 'descriptors', servers: [{model: 'select'}, {model: 'poll'}], clients: 12, seconds: 6},
];

export class Setup {
  // `begin` takes the request for a run.
  constructor(choices, begin) {
    this.choices = choices;
    this.begin = begin;
    this.models = new Map(choices.models.map((model) => [model.id, model]));
    byId('clients').max = choices.limits.clients;
    byId('seconds').max = choices.limits.seconds;
    byId('add').addEventListener('click', () => this.addRow({model: this.firstUsable()}).focus());
    byId('workload').addEventListener('change', () => this.suggestClients());
    byId('form').addEventListener('submit', (event) => {
      event.preventDefault();
      begin(this.request());
    });
  }

  usable(id) {
    const model = this.models.get(id);
    return Boolean(model) && !model.whyNot;
  }

  firstUsable() {
    return this.choices.models.find((model) => !model.whyNot).id;
  }

  // Writes the form in a language, and keeps what is chosen.
  write(text) {
    const before = byId('workload').value ? this.request() : null;
    this.text = text;
    byId('presets').replaceChildren(...PRESETS.filter(({servers}) => servers.every(({model}) => this.usable(model)))
      .map((preset) => element('button', {type: 'button', 'data-preset': preset.id, onclick: () => this.choose(preset, true)}, text.presets[preset.id])));
    byId('workload').replaceChildren(...this.choices.workloads.map(({id}) =>
      element('option', {value: id}, (text.workloads[id] || [id])[0])));
    this.choose(before || PRESETS.find(({servers}) => servers.every(({model}) => this.usable(model))) || {
      workload: this.choices.workloads[0].id, servers: [{model: this.firstUsable()}], clients: 10, seconds: 10}, false);
  }

  choose({servers, workload, clients, seconds}, begins) {
    byId('rows').replaceChildren();
    servers.forEach((server) => this.addRow(server));
    byId('workload').value = workload;
    byId('clients').value = clients;
    byId('seconds').value = seconds;
    this.explain();
    if (begins) {
      this.begin(this.request());
    }
  }

  suggestClients() {
    byId('clients').value = this.choices.workloads.find(({id}) => id === byId('workload').value).clients;
    this.explain();
  }

  explain() {
    setText(byId('workload-text'), (this.text.workloads[byId('workload').value] || ['', ''])[1]);
  }

  addRow(server) {
    const {text} = this;
    const select = element('select', {'aria-label': text.model, name: 'model'},
      this.choices.models.map((model) => element('option', {value: model.id, disabled: Boolean(model.whyNot), title: model.whyNot || ''}, model.id)),
      (this.choices.against || []).map((command, i) => element('option', {value: COMMAND + i}, command)));
    select.value = server.against ? COMMAND + this.choices.against.indexOf(server.against) : server.model;
    const loops = element('label', {}, `${text.loops} `, element('input', {type: 'number', name: 'loops', min: 1, max: 8, value: server.loops || 1}));
    const handOff = element('label', {class: 'check'}, element('input', {type: 'checkbox', name: 'handOff', checked: server.handOff !== false}), ` ${text.handOff}`);
    const remove = element('button', {type: 'button', class: 'quiet', onclick: () => {
      row.remove();
      this.count();
      byId('add').focus();
    }}, text.remove);
    const row = element('div', {class: 'row'}, select, loops, handOff, remove);
    const adapt = () => {
      const model = this.models.get(select.value);
      loops.hidden = !model?.loops;
      handOff.hidden = !model?.handOff;
    };
    select.addEventListener('change', adapt);
    adapt();
    byId('rows').append(row);
    this.count();
    return select;
  }

  count() {
    const rows = byId('rows').children;
    byId('add').disabled = rows.length >= Math.min(MOST_SERVERS, this.choices.limits.servers);
    [...rows].forEach((row) => {
      row.querySelector('.quiet').disabled = rows.length === 1;
    });
  }

  // What is asked of the lab.
  request() {
    const servers = [...byId('rows').children].map((row) => {
      const field = (name) => row.querySelector(`[name=${name}]`);
      const model = this.models.get(field('model').value);
      if (!model) {
        return {against: this.choices.against[Number(field('model').value.slice(COMMAND.length))]};
      }
      return {model: model.id, ...model.loops && {loops: Number(field('loops').value)}, ...model.handOff && {handOff: field('handOff').checked}};
    });
    return {servers, workload: byId('workload').value, clients: Number(byId('clients').value), seconds: Number(byId('seconds').value)};
  }
}
