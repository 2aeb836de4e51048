'use strict';
// Draws the charts of the page with uPlot, and redraws them when the width or the colour scheme changes.
(() => {
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';
  const COLOURS = 8;
  const DASHES = [[], [12, 4], [12, 3, 3, 3], [6, 3], [18, 4], [3, 3], [12, 3, 3, 3, 3, 3], [8, 6]];
  const WIDE = 480;

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = (index) => style(`--colour-${index % COLOURS}`);
  // A ninth or later contender shares a colour with an earlier one, but has its own dash pattern.
  const dash = (index) => DASHES[(index + Math.floor(index / COLOURS)) % DASHES.length];

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className || '';
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  }

  // Formats figures as the tables do.
  const digits = (value) => value >= 99.95 ? Math.round(value).toLocaleString('en')
      : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
  const short = (value) => String(Number(value.toPrecision(3)));

  function micros(value, write) {
    if (value < 999.5) {
      return `${write(value)} µs`;
    }
    return value < 999500 ? `${write(value / 1e3)} ms` : `${write(value / 1e6)} s`;
  }

  function tick(unit, value) {
    if (value === 0) {
      return '0';
    }
    switch (unit) {
      case 'MICROSECONDS': return micros(value, short);
      case 'BYTES': return value < 1024 ? `${short(value)} B`
          : value < 1048576 ? `${short(value / 1024)} KiB`
          : value < 1073741824 ? `${short(value / 1048576)} MiB` : `${short(value / 1073741824)} GiB`;
      case 'SHARE': return `${short(value * 100)} %`;
      default: return value < 1e4 ? short(value) : value < 1e6 ? `${short(value / 1e3)}k` : `${short(value / 1e6)}M`;
    }
  }

  // Ticks at round values of the unit: for bytes, powers of two.
  function ticks(unit, max, count) {
    const base = unit === 'BYTES' ? 2 ** (10 * Math.floor(Math.log2(Math.max(max, 1)) / 10)) : 1;
    const rough = max / base / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) * base;
    const all = [];
    for (let value = 0; value <= max; value += step) {
      all.push(value);
    }
    return all;
  }

  const axis = (more) => ({
    stroke: style('--muted'), font: FONT, gap: 6,
    grid: {stroke: style('--faint'), width: 1}, ticks: {show: false}, ...more,
  });

  // Horizontal bars: the name and the figure above each bar, a point for each round on it.
  const ROW = 46;
  const BAR = 12;

  function bars(chart, place, width) {
    const rows = chart.rows;
    const max = Math.max(...rows.flatMap((row) => [row.median, ...row.rounds]), 0) * 1.04 || 1;
    const centre = 0.18;
    const fill = (row) => row.solid ? colour(row.colour) : `color-mix(in srgb, ${colour(row.colour)} 45%, ${style('--surface')})`;
    const plot = new uPlot({
      width, height: rows.length * ROW + 30, padding: [0, 12, 0, 4],
      legend: {show: false}, cursor: {show: false}, select: {show: false},
      scales: {
        x: {time: false, ori: 1, dir: -1, range: [-0.5, rows.length - 0.5]},
        y: {ori: 0, dir: 1, range: [0, max]},
      },
      axes: [
        axis({side: 3, show: false}),
        axis({side: 2, size: 26, splits: () => ticks(chart.unit, max, width < 480 ? 4 : 5),
          values: (_, all) => all.map((value) => tick(chart.unit, value))}),
      ],
      series: [{}, {
        paths: uPlot.paths.bars({size: [1, BAR, BAR], radius: [0.25, 0], disp: {
          fill: {unit: 3, values: () => rows.map(fill)},
        }}),
        fill: style('--accent'), width: 0, points: {show: false},
      }],
      hooks: {draw: [(self) => points(self, rows, centre)], ready: [(self) => rowLabels(self, rows, centre)]},
    }, [rows.map((_, i) => i + centre), rows.map((row) => Math.max(row.median, 0))], place);
    return plot;
  }

  function rowLabels(self, rows, centre) {
    rows.forEach((row, i) => {
      const label = element('div', 'row-label');
      label.append(element('span', '', row.name), element('b', '', row.figure));
      label.style.top = `${self.valToPos(i + centre, 'x') - BAR / 2 - 20}px`;
      self.over.append(label);
    });
  }

  function points(self, rows, centre) {
    const {ctx} = self;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.fillStyle = style('--surface');
    ctx.strokeStyle = style('--text');
    ctx.lineWidth = 1.2 * ratio;
    rows.forEach((row, i) => row.rounds.forEach((value, round) => {
      const beside = (round / Math.max(row.rounds.length - 1, 1) - 0.5) * 0.12;
      ctx.beginPath();
      ctx.arc(self.valToPos(Math.max(value, 0), 'y', true), self.valToPos(i + centre + beside, 'x', true), 2.4 * ratio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    }));
    ctx.restore();
  }

  // Curves over a logarithmic axis of percentiles: each step covers nine tenths of the remaining requests.
  const PERCENTILES = [[Math.log10(2), '50 %'], [1, '90 %'], [2, '99 %'], [3, '99.9 %'], [4, '99.99 %'],
    [5, '99.999 %'], [6, '99.9999 %']];

  function at(points, x) {
    const after = points.findIndex((point) => point[0] >= x);
    if (after < 0) {
      return undefined;
    }
    const [x1, y1] = points[after];
    const [x0, y0] = points[Math.max(after - 1, 0)];
    return x1 === x0 ? y1 : y0 * (y1 / y0) ** ((x - x0) / (x1 - x0));
  }

  function decades(min, max) {
    const all = [];
    const steps = max / min > 3000 ? [1] : max / min > 60 ? [1, 3] : [1, 2, 5];
    for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++) {
      steps.map((n) => n * 10 ** power).filter((n) => n >= min && n <= max).forEach((n) => all.push(n));
    }
    return all;
  }

  function curves(chart, place, width) {
    const {lines} = chart;
    const values = lines.flatMap((line) => line.points.map((point) => point[1]));
    const [low, high] = [Math.min(...values) / 1.25, Math.max(...values) * 1.25];
    const right = Math.max(...lines.map((line) => line.points.at(-1)[0]));
    const wide = width >= WIDE;
    const legend = makeLegend(lines);
    const plot = new uPlot({
      width, height: Math.max(wide ? 320 : 260, lines.length * 26 + 60), padding: [8, wide ? 118 : 12, 0, 0], legend: {show: false},
      cursor: {y: false, points: {show: false}, drag: {x: false, y: false}},
      scales: {x: {time: false, range: [0, right]}, y: {distr: 3, range: [low, high]}},
      axes: [
        axis({size: 30, splits: () => PERCENTILES.map((p) => p[0]).filter((x) => x <= right && (wide || x >= 1)),
          values: (_, all) => all.map((x) => PERCENTILES.find((p) => p[0] === x)[1])}),
        axis({size: 58, splits: () => decades(low, high), filter: (_, all) => all,
          values: (_, all) => all.map((value) => micros(value, short))}),
      ],
      series: [{}, ...lines.map((line) => ({stroke: colour(line.colour), width: 2, dash: dash(line.colour),
        spanGaps: true, points: {show: false}}))],
      hooks: {
        ready: [(self) => wide && endLabels(self, lines)],
        setCursor: [(self) => legend.show(self.cursor.left >= 0 ? self.posToVal(self.cursor.left, 'x') : 2)],
      },
    }, uPlot.join(lines.map((line) => [line.points.map((p) => p[0]), line.points.map((p) => p[1])])), place);
    place.append(legend.list);
    legend.show(2);
    return plot;
  }

  // Places the names beside the ends of the lines, and moves them apart where they would overlap.
  function endLabels(self, lines) {
    const height = 17;
    let free = 0;
    const labels = lines.map((line) => ({line, end: line.points.at(-1)}))
        .map(({line, end}) => ({line, left: self.valToPos(end[0], 'x') + 8, top: self.valToPos(end[1], 'y') - height / 2}))
        .sort((a, b) => a.top - b.top);
    for (const label of labels) {
      label.top = Math.max(label.top, free);
      free = label.top + height;
    }
    let end = self.over.clientHeight;
    for (const label of labels.toReversed()) {
      label.top = Math.min(label.top, end - height);
      end = label.top;
    }
    for (const {line, left, top} of labels) {
      const made = element('div', 'end-label', line.name);
      made.style.left = `${left}px`;
      made.style.top = `${top}px`;
      self.over.append(made);
    }
  }

  function makeLegend(lines) {
    const list = element('ul', 'legend');
    const where = element('li', 'at');
    list.append(where);
    const figures = lines.map((line) => {
      const item = element('li');
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      const stroke = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      svg.setAttribute('width', '26');
      svg.setAttribute('height', '8');
      stroke.setAttribute('d', 'M0 4h26');
      stroke.setAttribute('stroke', colour(line.colour));
      stroke.setAttribute('stroke-width', '2.5');
      stroke.setAttribute('stroke-dasharray', dash(line.colour).join(' '));
      svg.append(stroke);
      const figure = element('b');
      item.append(svg, element('span', '', line.name), figure);
      list.append(item);
      return figure;
    });
    return {list, show(x) {
      where.textContent = `at ${percentile(x)}:`;
      lines.forEach((line, i) => {
        const value = at(line.points, x);
        figures[i].textContent = value === undefined ? '–' : micros(value, digits);
      });
    }};
  }

  function percentile(x) {
    const decimals = Math.max(0, Math.ceil(x) - 1);
    return `${Number((100 * (1 - 10 ** -x)).toFixed(Math.min(decimals, 4)))} %`;
  }

  const drawn = new Map();

  function draw(chart) {
    const place = document.getElementById(chart.id);
    drawn.get(chart.id)?.destroy();
    place.replaceChildren();
    drawn.set(chart.id, (chart.kind === 'bars' ? bars : curves)(chart, place, place.clientWidth));
  }

  function drawAll() {
    document.querySelectorAll('[data-colour]').forEach((swatch) => {
      swatch.style.background = colour(Number(swatch.dataset.colour));
    });
    charts.forEach(draw);
  }

  function download() {
    const json = `${JSON.stringify(JSON.parse(document.getElementById('results').textContent), null, 2)}\n`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([json], {type: 'application/json'}));
    link.download = 'polyserve-bench.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  const button = document.getElementById('download');
  button.hidden = false;
  button.addEventListener('click', download);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  let width = document.documentElement.clientWidth;
  addEventListener('resize', () => {
    if (document.documentElement.clientWidth !== width) {
      width = document.documentElement.clientWidth;
      drawAll();
    }
  });
  drawAll();
})();
