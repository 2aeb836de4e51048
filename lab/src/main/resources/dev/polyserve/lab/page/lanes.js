// What each connection does over time, computed from the recorded events alone. A lane is folded event by event, by
// `step`, so a live run and a saved one have the same lanes. All times are microseconds since the start of the run.

// The states in the order of the legend. On one pixel, the state of the highest weight is drawn.
export const STATES = ['backlog', 'ready', 'input', 'served', 'computing', 'sending', 'sleeping', 'gone'];
const WEIGHT = {gone: 0, input: 1, sleeping: 2, backlog: 3, ready: 4, sending: 5, served: 6, computing: 7};

// The causes of a server's end that are no failure, also of a connection that its client has ended.
const GOOD_ENDS = new Set(['', 'done', 'stopped']);
const GOOD_ENDS_OF_LEFT = new Set([...GOOD_ENDS, 'reset']);

export function newLane() {
  return {state: 'gone', since: 0, on: '', conn: -1, accepted: false, over: false, unread: 0, segments: [], marks: []};
}

// Ends the state that the lane is in, and begins another one.
function enter(lane, state, t, on) {
  if (state === lane.state && on === lane.on && state !== 'served') {
    return;
  }
  if (lane.state !== 'gone' && t > lane.since) {
    lane.segments.push({from: lane.since, to: t, state: lane.state, on: lane.on});
  }
  lane.state = state;
  lane.since = t;
  lane.on = on;
}

// Nothing is to be done for the connection, or its bytes wait in the kernel for the server.
function waits(lane, t, on) {
  enter(lane, lane.unread > 0 ? 'ready' : 'input', t, on);
}

// The causes of an end that comes from the client. Another end of a connection that was never accepted is a refusal.
const BY_CLIENT = new Set([undefined, 'left', 'the run is over']);

// One mark for the end of a connection, whichever side tells of it first.
function ends(lane, event) {
  const known = lane.marks.find((mark) => mark.conn === event.conn && mark.kind !== 'handOff');
  const good = (event.kind === 'ended' && (lane.accepted || BY_CLIENT.has(event.cause)))
    || (event.kind === 'closed' && (known ? GOOD_ENDS_OF_LEFT : GOOD_ENDS).has(event.cause || ''));
  const refused = event.kind === 'refused' || (event.kind === 'ended' && !good);
  const kind = refused ? 'refused' : good ? 'ended' : 'failed';
  if (!known) {
    lane.marks.push({t: event.t, kind, conn: event.conn, cause: event.cause || ''});
  } else if (known.kind === 'ended') {
    known.kind = kind;
    known.cause = event.cause || known.cause;
  }
}

// Takes the next event of a lane. `observed` is whether only the clients of the server are recorded.
export function step(lane, event, observed) {
  if (event.conn > lane.conn) {
    enter(lane, 'gone', event.t, '');
    lane.conn = event.conn;
    lane.accepted = false;
    lane.over = false;
    lane.unread = 0;
  }
  const current = event.conn === lane.conn;
  if (event.from === 'client') {
    stepOfClient(lane, event, observed, current);
  } else {
    stepOfServer(lane, event, current);
  }
}

function stepOfClient(lane, event, observed, current) {
  const {t, kind} = event;
  switch (kind) {
    case 'connect':
      if (current) {
        enter(lane, 'backlog', t, '');
      }
      break;
    case 'connected':
      if (observed && current) {
        lane.accepted = true;
        waits(lane, t, '');
      }
      break;
    case 'sent':
      lane.unread += current ? event.bytes : 0;
      if (current && lane.state === 'input') {
        waits(lane, t, lane.on);
      }
      break;
    case 'answered':
      if (observed && current) {
        lane.unread = 0;
        waits(lane, t, '');
      }
      break;
    case 'ended':
    case 'failed':
      ends(lane, event);
      if (current) {
        lane.over = true;
        enter(lane, 'gone', t, '');
      }
      break;
    default:
  }
}

// What a server tells of the state of a connection, and our name of it.
const TOLD = {turn: 'served', compute: 'computing', sleep: 'sleeping', waitOutput: 'sending'};

function stepOfServer(lane, event, current) {
  const {t, kind} = event;
  if (kind === 'read') {
    lane.unread -= current ? event.bytes : 0;
  } else if (kind === 'closed' || kind === 'refused') {
    ends(lane, event);
  } else if (kind === 'handOff') {
    lane.marks.push({t, kind: 'handOff', conn: event.conn, cause: event.cause || ''});
  }
  if (!current || lane.over) {
    return;
  }
  lane.accepted ||= kind === 'accepted';
  const on = event.on || lane.on;
  if (kind === 'read' && (lane.state === 'input' || lane.state === 'ready')) {
    enter(lane, 'served', t, on);
  } else if (kind === 'closed' || kind === 'refused') {
    enter(lane, 'gone', t, '');
  } else if (kind === 'accepted') {
    enter(lane, 'ready', t, on);
  } else if (kind === 'waitInput') {
    waits(lane, t, on);
  } else if (TOLD[kind]) {
    enter(lane, TOLD[kind], t, on);
  }
}

// Folds all events, which are in the order of their times.
export function fold(events, observed) {
  const lane = newLane();
  for (const event of events) {
    step(lane, event, observed);
  }
  return lane;
}

// The index of the first segment that ends after a time.
export function firstAfter(segments, t) {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].to > t) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// Visits the segments of a lane that overlap a part of the time, also the one that has not ended.
export function forEachSegment(lane, from, to, visit) {
  const {segments} = lane;
  for (let i = firstAfter(segments, from); i < segments.length && segments[i].from < to; i++) {
    visit(segments[i]);
  }
  if (lane.state !== 'gone' && lane.since < to) {
    visit({from: lane.since, to, state: lane.state, on: lane.on, open: true});
  }
}

// What a lane is at a time.
export function stateAt(lane, t) {
  const found = lane.segments[firstAfter(lane.segments, t)];
  if (found && found.from <= t) {
    return found;
  }
  if (lane.state !== 'gone' && t >= lane.since) {
    return {from: lane.since, to: t, state: lane.state, on: lane.on};
  }
  return {from: t, to: t, state: 'gone', on: ''};
}

// How many lanes are in each state at a time.
export function countsAt(lanes, t) {
  const counts = {};
  for (const lane of lanes) {
    const {state} = stateAt(lane, t);
    counts[state] = (counts[state] || 0) + 1;
  }
  return counts;
}

// How long a lane has been in each state between two times.
export function durations(lane, from, to) {
  const sums = {};
  forEachSegment(lane, from, to, (segment) => {
    const part = Math.min(segment.to, to) - Math.max(segment.from, from);
    sums[segment.state] = (sums[segment.state] || 0) + part;
  });
  return sums;
}

// How many connections and bytes the events of a lane tell of, up to a time.
export function totals(events, t) {
  const sums = {connect: 0, sent: 0, received: 0, read: 0, written: 0};
  for (const {kind, bytes, t: at} of events) {
    if (at > t) {
      break;
    }
    if (kind in sums) {
      sums[kind] += kind === 'connect' ? 1 : bytes;
    }
  }
  return sums;
}

// The next time, or the last one before, at which any lane changes: where a step goes.
export function neighbour(lanes, t, forward, end) {
  let best = forward ? end : 0;
  const consider = (time) => {
    if (forward ? time > t && time < best : time < t && time > best) {
      best = time;
    }
  };
  for (const {segments, state, since} of lanes) {
    const at = firstAfter(segments, t);
    for (let i = Math.max(0, at - 2); i < Math.min(segments.length, at + 2); i++) {
      consider(segments[i].from);
      consider(segments[i].to);
    }
    if (state !== 'gone') {
      consider(since);
    }
  }
  return best;
}

// What is drawn of a lane: pieces of some width, and for what is shorter than a pixel one piece a pixel, with the share of
// the pixel's time that it takes.
export function pieces(lane, from, to, width) {
  const scale = width / (to - from);
  const long = [];
  const short = [];
  forEachSegment(lane, from, to, ({state, on, from: begin, to: finish}) => {
    const x = Math.max(0, (begin - from) * scale);
    const end = Math.min(width, (finish - from) * scale);
    if (end - x >= 1) {
      long.push({x, width: end - x, state, on, share: 1});
    } else if (WEIGHT[state] >= WEIGHT.sending) {
      addShort(short, {x: Math.floor(x), width: 1, state, on, share: end - x});
    }
  });
  return [...long, ...short];
}

// Adds what is shorter than a pixel to the piece of its pixel.
function addShort(short, piece) {
  const last = short[short.length - 1];
  if (!last || last.x !== piece.x) {
    short.push(piece);
    return;
  }
  last.share += piece.share;
  if (WEIGHT[piece.state] > WEIGHT[last.state]) {
    last.state = piece.state;
    last.on = piece.on;
  }
}
