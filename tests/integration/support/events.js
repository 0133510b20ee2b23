// Events to publish, and checks on those that arrive.

import assert from 'node:assert/strict';

export function seedEvent(type, data = {}, rest = {}) {
  return { type, data, source: 'integration-test', ...rest };
}

/** `count` seed events whose data.n counts from `from`. */
export function numbered(count, { type = 'agent.tick', from = 0, pad = 0 } = {}) {
  const padding = pad > 0 ? { pad: 'x'.repeat(pad) } : {};
  return Array.from({ length: count }, (_, i) => seedEvent(type, { n: from + i, ...padding }));
}

export function cloudEvent(type, data = {}, rest = {}) {
  return { specversion: '1.0', id: `id-${Math.random()}`, source: '/integration-test', type, data, ...rest };
}

/** The offset of an event as it arrives: CloudEvents and seed shape. */
export function offsetOf(event) {
  return Number(event.sequence ?? event.metadata?.sequence);
}

export function assertRising(events, what = 'offsets') {
  for (let i = 1; i < events.length; ++i) {
    assert.ok(
      offsetOf(events[i]) > offsetOf(events[i - 1]),
      `${what} rise: ${offsetOf(events[i - 1])} is followed by ${offsetOf(events[i])}`,
    );
  }
}

/** Exactly the events `from` to `to` (data.n), once each, in order. */
export function assertNumbered(events, from, to, what = 'events') {
  const numbers = events.map((event) => event.data.n);
  const expected = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const wrong = numbers.findIndex((n, i) => n !== expected[i]);
  assert.ok(
    numbers.length === expected.length && wrong < 0,
    `${what}: ${numbers.length} of ${expected.length} came; the first that is not as expected, at ${wrong}: ` +
      `${numbers.slice(Math.max(0, wrong - 2), wrong + 3)}`,
  );
  assertRising(events, what);
}
