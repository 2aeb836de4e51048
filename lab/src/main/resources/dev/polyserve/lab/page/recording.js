// A run as it was recorded: its head, a lane for each server and client, and the samples of each server.

import {newLane, step, fold} from './lanes.js';

// Events of different processes arrive in batches, so that they are put in order before they are folded.
export const LATE_MICROS = 150_000;

const PROCESSES = new Set(['process', 'process-pool']);

// Where the code of a connection runs: a process if the server has several, else a thread.
function place(event, model) {
  if (event.pid !== undefined && PROCESSES.has(model)) {
    return `process ${event.pid}`;
  }
  if (event.thread) {
    return event.thread.replace(/^polyserve-/, '');
  }
  return event.tid === undefined ? '' : `thread ${event.tid}`;
}

export class Recording {
  constructor(head) {
    this.servers = [];
    this.pending = [];
    this.last = 0;
    this.count = 0;
    this.takeHead(head);
  }

  // A run that was recorded as a whole.
  static whole(run) {
    const recording = new Recording(run);
    run.events.forEach((event) => recording.take({event}));
    run.samples.forEach((sample) => recording.take({sample}));
    recording.settle(Infinity);
    return recording;
  }

  // The servers are known from the beginning, except while the run is being made. Times are shown since the clients began.
  takeHead(head) {
    this.head = head;
    this.clients = head.clients;
    this.origin = head.clientsFrom || 0;
    head.servers.forEach((info, i) => {
      this.servers[i] = Object.assign(this.servers[i] || {
        lanes: head.clients.map(newLane), events: head.clients.map(() => []), notes: [], samples: [], places: [],
      }, {info, observed: Boolean(info.against)});
    });
  }

  take({event, sample, head}) {
    if (head) {
      this.takeHead(head);
    } else if (sample) {
      sample.t -= this.origin;
      this.servers[sample.server]?.samples.push(sample);
      this.last = Math.max(this.last, sample.t);
    } else if (event) {
      event.t -= this.origin;
      this.pending.push(event);
      this.last = Math.max(this.last, event.t);
    }
  }

  // Folds the events up to a time. Those that come later than that are put in their place, and their lane is folded again.
  settle(horizon) {
    const due = this.pending.filter((event) => event.t <= horizon);
    this.pending = horizon === Infinity ? [] : this.pending.filter((event) => event.t > horizon);
    due.sort((one, other) => one.t - other.t);
    const again = new Set();
    for (const event of due) {
      const server = this.servers[event.server];
      if (server && event.client >= 0 && event.client < server.lanes.length) {
        this.count++;
        this.put(server, event, again);
      } else if (server) {
        server.notes.push(event);
      }
    }
    for (const [server, client] of again) {
      server.lanes[client] = fold(server.events[client], server.observed);
    }
  }

  put(server, event, again) {
    event.on = event.from === 'server' ? place(event, server.info.model) : '';
    if (event.on && !server.places.includes(event.on)) {
      server.places.push(event.on);
    }
    const events = server.events[event.client];
    const inOrder = events.length === 0 || events[events.length - 1].t <= event.t;
    if (inOrder) {
      events.push(event);
      step(server.lanes[event.client], event, server.observed);
      return;
    }
    let at = events.length;
    while (at > 0 && events[at - 1].t > event.t) {
      at--;
    }
    events.splice(at, 0, event);
    if (![...again].some(([one, client]) => one === server && client === event.client)) {
      again.add([server, event.client]);
    }
  }

  get running() {
    return this.head.state !== 'over';
  }
}

// The last sample up to a time, and the one before it.
export function samplesAt(samples, t) {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle].t <= t) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return {now: samples[low - 1], before: samples[low - 2]};
}

// What is told of a server at a time, from its samples: undefined where nothing is known.
export function figuresAt(server, t) {
  const {now, before} = samplesAt(server.samples, t);
  if (!now) {
    return {};
  }
  return {
    active: now.active, backlog: now.backlog, queue: now.queue, requests: now.requests,
    callsPerRequest: now.systemCalls === undefined || !now.requests ? undefined : now.systemCalls / now.requests,
    residentBytes: now.residentBytes, processes: now.processes, threads: now.threads,
    processor: before ? processorShare(before, now) : undefined,
  };
}

// How many processors the server uses between two samples.
export function processorShare(before, now) {
  return now.t > before.t ? (now.processorSeconds - before.processorSeconds) * 1e6 / (now.t - before.t) : 0;
}
