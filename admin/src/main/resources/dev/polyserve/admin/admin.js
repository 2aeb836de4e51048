'use strict';
// The live page: reads the status as server-sent events, and the table of connections by itself. All text of peers is
// set as text. Actions send the token in a header, which a form of another site cannot do.
(() => {
  const byId = (id) => document.getElementById(id);
  const SECONDS = 120;
  const RETRY_MILLIS = 2000;
  const TABLE_ROWS = 200;
  const MANY = 2000;
  const TOKEN = 'polyserve-token';
  const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';

  const history = {at: [], in: [], out: [], active: [], accepted: [], busiest: [], mean: []};
  let status = {};
  let before = null;
  let sort = 'id';
  let descending = false;

  // --- figures as text ---

  const whole = (value) => Math.round(value).toLocaleString('en');
  const short = (value) => value >= 99.95 ? whole(value) : String(Number(value.toPrecision(3)));
  const count = (value) => value < 1e5 ? whole(value) : value < 1e6 ? `${short(value / 1e3)}k` : `${short(value / 1e6)}M`;
  const rate = (value) => value < 1e4 ? short(value) : count(value);
  const percent = (value) => `${value < 0.0995 ? (value * 100).toFixed(1) : Math.round(value * 100)} %`;

  function bytes(value) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return `${unit === 0 ? whole(value) : short(value)} ${units[unit]}`;
  }

  function micros(value) {
    if (value < 1000) {
      return `${short(value)} µs`;
    }
    return value < 1e6 ? `${short(value / 1e3)} ms` : `${short(value / 1e6)} s`;
  }

  function age(millis) {
    const seconds = Math.floor(millis / 1000);
    if (seconds < 60) {
      return `${seconds} s`;
    }
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) {
      return `${minutes} min ${seconds % 60} s`;
    }
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
  }

  // --- elements ---

  function element(name, content, className) {
    const made = document.createElement(name);
    made.className = className || '';
    made.append(...(Array.isArray(content) ? content : [String(content ?? '')]));
    return made;
  }

  function setText(place, text) {
    if (place.textContent !== text) {
      place.textContent = text;
    }
  }

  // A tile has a figure, and its value for programs.
  function tile(id, value, text, unit) {
    const place = byId(id);
    place.dataset.value = value;
    setText(place, text);
    if (unit) {
      place.append(' ', element('small', unit));
    }
  }

  function table(place, headings, rows) {
    const head = element('thead', [element('tr', headings.map((heading) => {
      const cell = element('th', heading);
      cell.scope = 'col';
      return cell;
    }))]);
    const body = element('tbody', rows.map((row) => element('tr', row.map((content) => element('td',
        content instanceof Node ? [content] : content)))));
    place.replaceChildren(element('table', [head, body]));
  }

  function pairs(place, object, nothing, what) {
    const entries = Object.entries(object || {});
    if (entries.length === 0) {
      place.replaceChildren(element('p', nothing, 'muted'));
    } else {
      table(place, what, entries.map(([name, value]) => [name, whole(value)]));
    }
  }

  function say(text, bad) {
    const place = byId('message');
    place.hidden = !text;
    place.className = bad ? 'bad' : '';
    place.textContent = text;
  }

  // --- requests ---

  const token = () => sessionStorage.getItem(TOKEN);
  const headers = () => token() ? {Authorization: `Bearer ${token()}`} : {};

  async function ask(path, options) {
    const response = await fetch(path, {...options, headers: headers(), cache: 'no-store'});
    if (response.status === 401) {
      sessionStorage.removeItem(TOKEN);
      showToken();
    }
    if (!response.ok) {
      throw new Error((await response.text()).trim() || `status ${response.status}`);
    }
    return response;
  }

  async function act(path) {
    try {
      say((await (await ask(path, {method: 'POST'})).text()).trim(), false);
    } catch (error) {
      say(error.message, true);
    }
    readTable();
  }

  // --- the token, and actions ---

  function showToken() {
    const has = Boolean(token());
    setText(byId('token'), has ? 'Forget token' : 'Enter token');
    document.querySelectorAll('[data-action]').forEach((button) => {
      button.disabled = !has;
      button.title = has ? '' : 'Takes the token';
    });
  }

  function askForToken() {
    const dialog = byId('ask-token');
    byId('token-text').value = '';
    dialog.returnValue = '';
    dialog.showModal();
  }

  async function useToken() {
    const text = byId('token-text').value.trim();
    if (byId('ask-token').returnValue !== 'ok' || !text) {
      return;
    }
    sessionStorage.setItem(TOKEN, text);
    try {
      await ask('status');
      say('The token is right.', false);
    } catch (error) {
      say(error.message, true);
    }
    showToken();
    readTable();
  }

  const QUESTIONS = {
    drain: ['Drain the server?', 'It accepts no more clients, lets the open connections finish, and ends.', 'Drain'],
    restart: ['Restart the server?', 'A new program takes over the listeners; this one finishes its connections.', 'Restart'],
  };

  function confirm(question, then) {
    const dialog = byId('confirm');
    setText(byId('h-confirm'), question[0]);
    setText(byId('confirm-text'), question[1]);
    setText(byId('confirm-ok'), question[2]);
    dialog.returnValue = '';
    dialog.onclose = () => dialog.returnValue === 'ok' && then();
    dialog.showModal();
  }

  function perform(action) {
    if (QUESTIONS[action]) {
      confirm(QUESTIONS[action], () => act(action));
    } else {
      act(action);
    }
  }

  // --- charts ---

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Ticks of bytes are at powers of two.
  const POWERS = Array.from({length: 41}, (_, power) => 2 ** power);

  function chart(id, first, second, text, least) {
    const place = byId(id);
    const axis = {stroke: style('--muted'), font: FONT, grid: {stroke: style('--faint'), width: 1}, ticks: {show: false}, gap: 4};
    const series = (index) => ({stroke: style(`--colour-${index}`), width: 2, dash: index ? [6, 4] : [], points: {show: false}});
    const plot = new uPlot({
      width: place.clientWidth, height: place.clientHeight, legend: {show: false}, cursor: {show: false},
      padding: [8, 18, 0, 0],
      scales: {x: {time: false}, y: {range: (_, min, max) => [0, Math.max(least, max * 1.1)]}},
      axes: [{...axis, size: 20, values: (_, ticks) => ticks.map((value) => value === 0 ? 'now' : `${value} s`)},
        {...axis, size: 62, values: (_, ticks) => ticks.map(text), ...(text === bytes ? {incrs: POWERS} : {})}],
      series: [{}, series(0), series(1)],
    }, [[], [], []], place);
    return () => {
      const last = history.at.at(-1);
      const data = [history.at.map((at) => (at - last) / 1000), history[first], history[second]];
      plot.setData(data);
      place.setAttribute('aria-label', `${place.closest('figure').querySelector('b').textContent}: now ${text(data[1].at(-1) ?? 0)} and ${text(data[2].at(-1) ?? 0)}`);
    };
  }

  let charts = [];

  function drawCharts() {
    document.querySelectorAll('.chart').forEach((place) => place.replaceChildren());
    charts = [chart('c-bytes', 'in', 'out', bytes, 1024), chart('c-connections', 'active', 'accepted', rate, 4),
      chart('c-load', 'busiest', 'mean', percent, 0.1)];
    if (history.at.length > 0) {
      charts.forEach((update) => update());
    }
  }

  // --- the status ---

  // The bound below which 99 % of the turns since the last event stayed.
  function slowest(loops, earlier, bounds) {
    const counts = new Array(bounds.length + 1).fill(0);
    loops.forEach((loop) => {
      const old = earlier.find((other) => other.name === loop.name && other.worker === loop.worker);
      loop.lagCounts.forEach((value, i) => {
        counts[i] += value - (old ? old.lagCounts[i] : 0);
      });
    });
    const all = counts.reduce((sum, value) => sum + value, 0);
    let seen = 0;
    const index = counts.findIndex((value) => {
      seen += value;
      return seen >= all * 0.99;
    });
    return all <= 0 ? null : {bound: bounds[Math.min(index, bounds.length - 1)], above: index >= bounds.length};
  }

  const turnText = (turn) => turn === null ? '–' : `${turn.above ? '>' : '≤'} ${micros(turn.bound)}`;

  function remember(seconds, mean, busiest) {
    const entry = {at: status.atMillis, in: (status.bytesIn - before.bytesIn) / seconds,
      out: (status.bytesOut - before.bytesOut) / seconds, active: status.active,
      accepted: (status.accepted - before.accepted) / seconds, busiest, mean};
    Object.entries(entry).forEach(([name, value]) => {
      history[name].push(value);
      if (history[name].length > SECONDS) {
        history[name].shift();
      }
    });
    return entry;
  }

  function showTiles() {
    const loads = status.loops.map((loop) => loop.busyRatio);
    const busiest = Math.max(0, ...loads);
    tile('t-active', status.active, count(status.active));
    tile('t-busy', busiest, percent(busiest));
    if (before === null || before.pid !== status.pid) {
      return;
    }
    const seconds = Math.max(0.2, (status.atMillis - before.atMillis) / 1000);
    const entry = remember(seconds, loads.reduce((sum, load) => sum + load, 0) / Math.max(1, loads.length), busiest);
    tile('t-accepted', status.accepted, rate(entry.accepted), 'a second');
    tile('t-in', status.bytesIn, `${bytes(entry.in)}/s`);
    tile('t-out', status.bytesOut, `${bytes(entry.out)}/s`);
    tile('t-p99', '', turnText(slowest(status.loops, before.loops, status.lagBoundsMicros)));
    charts.forEach((update) => update());
  }

  function showHeader() {
    const state = byId('state');
    setText(byId('service'), `${status.service || 'Server'} with ${status.model}`);
    document.title = `${status.service || 'Server'}: ${status.active} connections`;
    setText(byId('place'), `${status.endpoints.join(', ')} · process ${status.pid}`
        + (status.generation > 0 ? ` · generation ${status.generation}` : ''));
    setText(state, status.accepting ? 'accepting' : 'not accepting');
    state.className = `badge ${status.accepting ? 'good' : 'warn'}`;
    byId('pause').hidden = !status.accepting;
    byId('resume').hidden = status.accepting;
  }

  function load(ratio) {
    const bar = element('span', '', 'bar');
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    svg.setAttribute('width', 60);
    svg.setAttribute('height', 8);
    rect.setAttribute('width', 60 * Math.min(1, ratio));
    rect.setAttribute('height', 8);
    svg.append(rect);
    bar.append(svg);
    bar.setAttribute('aria-hidden', 'true');
    return element('span', [bar, percent(ratio)]);
  }

  function showTables() {
    table(byId('loops'), ['Loop', 'Load', 'Turns', '99 %', 'Stalls', 'Hand-offs'], status.loops.map((loop) => [
      loop.worker === undefined ? loop.name : `${loop.name} of worker ${loop.worker}`,
      load(loop.busyRatio), count(loop.turns), turnText(slowest([loop], [], status.lagBoundsMicros)),
      count(loop.stalls), count(loop.handOffs)]));
    const queues = new Map(status.acceptQueues.map((queue) => [queue.endpoint, queue.waiting]));
    table(byId('listeners'), ['Endpoint', 'Open', 'Accepted', 'Rejected', 'Waiting', 'Dropped'],
        status.listeners.map((listener) => [listener.endpoint, count(listener.active), count(listener.accepted),
          count(listener.rejected), queues.has(listener.endpoint) ? count(queues.get(listener.endpoint)) : '–',
          listener.overflows === undefined ? '–' : count(listener.overflows)]));
    pairs(byId('limits'), status.limitsReached, 'None.', ['Limit', 'Times']);
    pairs(byId('closed'), {...status.closed, ...(status.rejected > 0 ? {rejected: status.rejected} : {})}, 'None.',
        ['Cause', 'Connections']);
    byId('s-workers').hidden = status.workers.length === 0;
    const reasons = Object.entries(status.workerRestartsByReason || {}).map(([reason, times]) => `${reason} ${whole(times)}`);
    setText(byId('restarts'), reasons.length === 0 ? '' : `Restarted: ${reasons.join(', ')}.`);
    table(byId('workers'), ['No.', 'Process', 'State', 'Serves', 'Served', 'Received', 'Sent', 'Age'],
        status.workers.map((worker) => [worker.number, worker.pid, worker.state, count(worker.active),
          count(worker.served), bytes(worker.bytesIn), bytes(worker.bytesOut), age(worker.ageMillis)]));
    showCertificate();
    showStalls();
  }

  function showCertificate() {
    byId('s-certificate').hidden = !status.certificateExpires;
    if (status.certificateExpires) {
      const days = Math.floor((Date.parse(status.certificateExpires) - Date.now()) / 86400000);
      const handshakes = element('div', []);
      table(handshakes, ['Handshakes', 'Version', 'Times'], status.handshakes.map((some) =>
        [some.result + (some.resumed ? ', resumed' : ''), some.version || '–', count(some.count)]));
      byId('certificate').replaceChildren(element('p', `The first one expires at ${status.certificateExpires}, ${days < 0
          ? 'which is over' : `in ${days} days`}.`, days < 14 ? 'stalled' : ''), handshakes);
    }
  }

  let shownStalls = '';

  function showStalls() {
    const stalls = status.lastStalls || [];
    const known = JSON.stringify(stalls);
    byId('s-stalls').hidden = stalls.length === 0;
    if (known === shownStalls) {
      return; // an open stack stays open
    }
    shownStalls = known;
    byId('stalls').replaceChildren(...stalls.toReversed().map((stall) => {
      const details = element('details', [element('summary', `${stall.at.replace('T', ' ').replace(/\..*/, '')}: ${stall.loop}`
          + `${stall.connection ? `, connection ${stall.connection}` : ''}, for more than ${stall.millis} ms`),
        element('pre', stall.stack.join('\n'))]);
      details.id = `stall-${stall.connection || ''}`;
      return details;
    }));
  }

  function show() {
    showHeader();
    showTiles();
    showTables();
  }

  // --- the connections ---

  function row(connection, stalls) {
    const cell = (content, label) => {
      const made = element('td', Array.isArray(content) ? content : String(content));
      if (label) {
        made.dataset.label = label;
      }
      return made;
    };
    const end = element('button', 'End');
    end.type = 'button';
    end.dataset.action = 'end';
    end.disabled = !token();
    end.title = token() ? '' : 'Takes the token';
    end.setAttribute('aria-label', `End connection ${connection.id}`);
    end.addEventListener('click', () => confirm(['End the connection?', `Connection ${connection.id} of ${connection.peer} is cut off.`,
      'End'], () => act(`connections/${connection.id}/end`)));
    const peer = [connection.peer];
    ['tls', 'through'].filter((name) => connection[name]).forEach((name) => peer.push(element('span',
        name === 'tls' ? connection.tls : `through ${connection.through}`, 'tag')));
    const state = stalls.has(connection.id) ? [connection.state, element('span', 'stalled its loop', 'stalled tag')] : [connection.state];
    const made = element('tr', [cell(connection.id), cell(peer), cell(age(connection.ageMillis), 'age'),
      cell(bytes(connection.bytesIn), 'in'), cell(bytes(connection.bytesOut), 'out'), cell(state), element('td', [end])]);
    made.dataset.id = connection.id;
    return made;
  }

  let reading = false;

  async function readTable() {
    if (reading || document.hidden) {
      return;
    }
    reading = true;
    try {
      const query = new URLSearchParams({sort, order: descending ? 'desc' : 'asc', filter: byId('filter').value,
        limit: TABLE_ROWS});
      showTable(await (await ask(`connections?${query}`)).json());
    } catch (error) {
      setText(byId('c-count'), '');
    } finally {
      reading = false;
    }
  }

  function showTable(read) {
    const focused = document.activeElement?.closest('#connections tbody tr')?.dataset.id;
    const stalls = new Set((status.lastStalls || []).map((stall) => stall.connection));
    byId('connections').tBodies[0].replaceChildren(...read.rows.map((connection) => row(connection, stalls)));
    if (focused) {
      document.querySelector(`#connections tr[data-id="${focused}"] button`)?.focus();
    }
    setText(byId('c-count'), read.matching === read.total ? whole(read.total) : `${whole(read.matching)} of ${whole(read.total)}`);
    byId('workers-note').hidden = !read.inWorkers;
    const more = read.matching - read.rows.length;
    byId('c-more').hidden = more === 0 && read.matching > 0;
    setText(byId('c-more'), read.matching === 0 ? (read.total === 0 ? 'No connection is open.' : 'No connection matches.')
        : `and ${whole(more)} more: filter or sort to see them`);
  }

  function sortBy(name) {
    descending = sort === name ? !descending : ['in', 'out', 'age'].includes(name);
    sort = name;
    document.querySelectorAll('#connections th[data-sort]').forEach((heading) => {
      if (heading.dataset.sort === sort) {
        heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      } else {
        heading.removeAttribute('aria-sort');
      }
    });
    readTable();
  }

  // --- events ---

  function take(event) {
    const lines = event.split('\n');
    const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('');
    if (!data) {
      return;
    }
    const changed = JSON.parse(data);
    before = Object.keys(status).length > 0 ? status : null;
    status = lines.includes('event: status') ? changed : {...status, ...changed};
    show();
    // A long table is read less often.
    if (status.active <= MANY || Math.round(status.atMillis / 1000) % 5 === 0) {
      readTable();
    }
  }

  async function listen() {
    const live = byId('live');
    try {
      const reader = (await ask('events')).body.pipeThrough(new TextDecoderStream()).getReader();
      setText(live, '');
      let rest = '';
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const events = (rest + part.value).split('\n\n');
        rest = events.pop();
        events.forEach(take);
      }
      setText(live, 'connection lost, trying again …');
    } catch (error) {
      setText(live, error instanceof TypeError ? 'connection lost, trying again …' : error.message);
    }
    byId('state').className = 'badge bad';
    setText(byId('state'), 'not connected');
    setTimeout(listen, RETRY_MILLIS);
  }

  document.querySelectorAll('header [data-action]').forEach((button) =>
    button.addEventListener('click', () => perform(button.dataset.action)));
  document.querySelectorAll('#connections th[data-sort]').forEach((heading) =>
    heading.querySelector('button').addEventListener('click', () => sortBy(heading.dataset.sort)));
  byId('filter').addEventListener('input', readTable);
  byId('token').addEventListener('click', () => {
    if (token()) {
      sessionStorage.removeItem(TOKEN);
      showToken();
      readTable();
    } else {
      askForToken();
    }
  });
  byId('ask-token').addEventListener('close', useToken);
  let resized = 0;
  const redraw = () => {
    clearTimeout(resized);
    resized = setTimeout(drawCharts, 100);
  };
  addEventListener('resize', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  showToken();
  drawCharts();
  listen();
})();
