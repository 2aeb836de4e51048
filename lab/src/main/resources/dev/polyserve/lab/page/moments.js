// The moments of a run at which a model shows what it is, found in its lanes and samples.

import {named} from './dom.js';
import {forEachSegment, stateAt} from './lanes.js';
import {processorShare} from './recording.js';

const LONG_MICROS = 50_000;
const FULL = 0.8;
const IDLE = 0.1;
const TOGETHER_MICROS = 200_000;

// What is looked for first, for each workload.
const FIRST = {
  talkers: ['backlog', 'waits'],
  compute: ['blocked', 'beside', 'handOff'],
  sleep: ['blocked', 'beside'],
  slow: ['sending', 'blocked'],
  burst: ['backlog', 'waits'],
  crash: ['crash'],
  idle: ['spins', 'silent'],
  descriptors: ['refused'],
};
// What is looked for in any run, after that.
const ALWAYS = ['crash', 'refused', 'backlog', 'waits'];

// The moments of a server, those first that its workload is about.
export function moments(server, workload, end, most = 2) {
  const kinds = [...new Set([...named(FIRST, workload) || [], ...ALWAYS])];
  return kinds.map((kind) => FINDERS[kind](server, end)).filter(Boolean).slice(0, most);
}

// All segments of some states, the longest first.
function longest(server, end, states) {
  const found = [];
  server.lanes.forEach((lane, client) => forEachSegment(lane, 0, end, (segment) => {
    if (states.includes(segment.state) && segment.to - segment.from >= LONG_MICROS) {
      found.push({...segment, client, micros: segment.to - segment.from});
    }
  }));
  return found.sort((a, b) => b.micros - a.micros);
}

function countIn(server, t, state) {
  return server.lanes.filter((lane) => stateAt(lane, t).state === state).length;
}

// What other clients live to see while one occupies its thread: how many wait, and how many are served.
function others(server, end, {client, from, to}) {
  let waiting = 0;
  let served = 0;
  server.lanes.forEach((lane, other) => {
    if (other === client) {
      return;
    }
    let turns = 0;
    let waits = 0;
    forEachSegment(lane, from, Math.min(to, end), (segment) => {
      turns += segment.state === 'served' && segment.from > from ? 1 : 0;
      waits += ['ready', 'backlog'].includes(segment.state) ? Math.min(to, segment.to) - Math.max(from, segment.from) : 0;
    });
    waiting += waits > (to - from) / 4 ? 1 : 0;
    served += turns > 0 && waits <= (to - from) / 4 ? 1 : 0;
  });
  return {waiting, served};
}

const occupations = (server, end) => longest(server, end, ['computing', 'sleeping']).slice(0, 40)
  .map((segment) => ({...segment, ...others(server, end, segment)}));

function split(server, end) {
  const all = occupations(server, end);
  return {blocked: all.filter(({waiting}) => waiting > 0), beside: all.filter(({waiting, served}) => waiting === 0 && served > 0)};
}

function occupation(kind, all, size) {
  const found = [...all].sort((a, b) => size(b) - size(a))[0];
  return found && moment(kind, found.from + found.micros * 0.8, found.micros * 2, found);
}

const FINDERS = {
  // Of these two, the one that happens more often.
  blocked(server, end) {
    const {blocked, beside} = split(server, end);
    return occupation('blocked', blocked.length > beside.length ? blocked : [], ({waiting}) => waiting);
  },
  beside(server, end) {
    const {blocked, beside} = split(server, end);
    return occupation('beside', beside.length >= blocked.length ? beside : [], ({served}) => served);
  },
  handOff(server) {
    for (let client = 0; client < server.lanes.length; client++) {
      const mark = server.lanes[client].marks.find(({kind}) => kind === 'handOff');
      if (mark) {
        return moment('handOff', mark.t, 50_000, {client});
      }
    }
    return undefined;
  },
  refused(server) {
    const marks = marked(server, 'refused');
    return marks.length ? moment('refused', marks[0].t, LONG_MICROS * 4, {client: marks[0].client, count: marks.length}) : undefined;
  },
  crash(server) {
    const marks = marked(server, 'failed');
    if (marks.length === 0) {
      return undefined;
    }
    const together = marks.filter(({t}) => t - marks[0].t < TOGETHER_MICROS);
    const lost = new Set(together.map(({client}) => client)).size;
    return moment('crash', marks[0].t + 1, 2e6, {client: marks[0].client, lost, kept: server.lanes.length - lost});
  },
  sending(server, end) {
    const found = longest(server, end, ['sending'])[0];
    return found && moment('sending', found.from + found.micros / 2, found.micros * 2, {...found, ...others(server, end, found)});
  },
  backlog(server, end) {
    const found = longest(server, end, ['backlog']).filter(({open, client, to}) => !open && stateAt(server.lanes[client], to).state !== 'gone').slice(0, 40).map((segment) => ({...segment, waiting: countIn(server, segment.to, 'backlog')}))
      .sort((a, b) => b.micros * (1 + b.waiting) - a.micros * (1 + a.waiting))[0];
    return found && moment('backlog', found.to, found.micros * 1.3,
      {client: found.client, micros: found.micros, waiting: found.waiting});
  },
  waits(server, end) {
    const found = longest(server, end, ['ready']).find(({open}) => !open);
    return found && moment('waits', found.to, found.micros * 2,
      {client: found.client, micros: found.micros, waiting: countIn(server, found.to - 1, 'ready')});
  },
  spins(server) {
    return silence(server, (share) => share >= FULL, 'spins');
  },
  silent(server) {
    return silence(server, (share) => share <= IDLE, 'silent');
  },
};

function moment(kind, t, span, values) {
  return {kind, t: Math.round(t), span: Math.round(span), values};
}

function marked(server, kind) {
  return server.lanes.flatMap((lane, client) => lane.marks.filter((mark) => mark.kind === kind)
    .map((mark) => ({...mark, client}))).sort((a, b) => a.t - b.t);
}

// A time between two samples in which connected clients say nothing, by the share of a processor that the server takes.
function silence(server, matches, kind) {
  for (let i = server.samples.length - 1; i > 0; i--) {
    const [before, now] = [server.samples[i - 1], server.samples[i]];
    const share = processorShare(before, now);
    const connected = server.lanes.filter((lane) => {
      const {state, from} = stateAt(lane, now.t);
      return state === 'input' && from <= before.t;
    }).length;
    if (connected > 1 && connected === server.lanes.length - countIn(server, now.t, 'gone') && matches(share)) {
      return moment(kind, now.t, 2e6, {share, connected});
    }
  }
  return undefined;
}
