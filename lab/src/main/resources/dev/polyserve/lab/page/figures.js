// Figures as text.

const whole = (value) => Math.round(value).toLocaleString('en');
const short = (value) => value >= 99.95 ? whole(value) : String(Number(value.toPrecision(3)));

export const count = (value) => Number.isInteger(value) ? whole(value) : short(value);
export const percent = (value) => `${Math.round(value * 100)} %`;

// A duration.
export function micros(value) {
  if (value < 1000) {
    return `${short(value)} µs`;
  }
  return value < 1e6 ? `${short(value / 1e3)} ms` : `${short(value / 1e6)} s`;
}

// A moment: to the microsecond where the run stands still, else as fast as it can be read.
export function moment(value, moves) {
  const exact = Math.round(value);
  return seconds(exact, moves ? 2 : exact % 1000 ? 6 : 3);
}

export const seconds = (value, digits) => `${(value / 1e6).toFixed(digits)} s`;

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? whole(value) : short(value)} ${units[unit]}`;
}

// The step between the lines of a time axis: 1, 2 or 5 times a power of ten, so that about `lines` fit.
export function tick(span, lines) {
  const rough = span / lines;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
}

// A label of the axis, with the digits that its step needs.
export function axisLabel(value, step) {
  if (step >= 1e6) {
    return `${Math.round(value / 1e6)} s`;
  }
  if (step >= 1e3) {
    return value === 0 ? '0' : `${(value / 1e6).toFixed(step >= 1e5 ? 1 : step >= 1e4 ? 2 : 3)} s`;
  }
  return `${(value / 1e6).toFixed(6)} s`;
}
