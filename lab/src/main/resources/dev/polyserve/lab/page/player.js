// Which moment of the run is shown. The servers go on while the shown moment stands still.

export const SPEEDS = [1, 0.5, 0.2, 0.1, 0.01, 0.001];

// A player at the newest moment.
export function newPlayer() {
  return {t: 0, playing: true, live: true, speed: 1};
}

// The player after some time of the viewer, when the recording reaches up to `end`.
export function advanced(player, elapsedMicros, end) {
  if (!player.playing) {
    return player;
  }
  if (player.live) {
    return {...player, t: end};
  }
  const t = player.t + elapsedMicros * player.speed;
  return t >= end ? {...player, t: end} : {...player, t};
}

export const paused = (player) => ({...player, playing: false, live: false});
export const atTime = (player, t, end) => ({...player, t: Math.max(0, Math.min(t, end)), live: false, playing: false});
export const atSpeed = (player, speed) => ({...player, speed, live: player.live && speed === 1});
export const atNewest = (player, end) => ({...player, t: end, live: true, playing: true, speed: 1});

// Plays on, from the beginning if all has been shown.
export function played(player, end, running) {
  const over = !running && player.t >= end;
  return {...player, playing: true, t: over ? 0 : player.t, live: false};
}

// The shown part of the time: the moment is in it, and what comes next, if there is any. A span of 0 shows the whole run.
export function windowAt(t, span, end) {
  if (!span || span >= end) {
    return {from: 0, to: Math.max(span || end, 1)};
  }
  const from = Math.max(0, Math.min(t - span * 0.75, end - span));
  return {from, to: from + span};
}
