// What plugins that come with the relay know survives that they are reloaded, one by one or with the configuration.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { assertRefused, run, senecactl } from './support/ctl.js';
import { cloudEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const plugins = process.env.SENECA_PLUGIN_PATH || path.join(path.dirname(senecactl), '../lib/seneca/plugins');
const skip = !existsSync(path.join(plugins, 'lua.so')) && 'built without lua';

/** A relay with a configuration file of these plugins, and the two ways to reload them. */
async function configured(t, entries) {
  const file = path.join(tempDirectory(), 'seneca.json');
  const write = (next) => writeFileSync(file, JSON.stringify({ plugins: next }));
  write(entries);
  const relay = await startRelay(t, { args: ['-c', file], logLevel: 'info', log: [/./] });
  return {
    relay,
    one: (name) => run(['plugin', 'reload', name, '--url', relay.url]),
    all: async (next) => {
      write(next);
      relay.ctl.signal('SIGHUP');
      await relay.ctl.notices.first((line) => /configuration reloaded/.test(line), 'the reload');
    },
  };
}
const of = async (relay, type) =>
  (await relay.get(`/api/v1/events?match=${type}`)).json().events.map((event) => event.data.n);
const numbered = (from, to, rest) =>
  Array.from({ length: to - from + 1 }, (_, i) => cloudEvent('x', { n: from + i }, rest));

test('dedupe knows after a reload what it has seen', async (t) => {
  const entry = { path: 'dedupe', config: { key: '/n' } };
  const { relay, one, all } = await configured(t, [entry]);
  await relay.publish(numbered(1, 3));
  assert.equal((await one('dedupe')).code, 0);
  await relay.publish(numbered(2, 4));
  await all([{ ...entry, config: { key: '/n', window_ms: 50_000 } }]);
  await relay.publish(numbered(3, 5));
  assert.deepEqual(await of(relay, 'x'), [1, 2, 3, 4, 5]);
});

test('throttle counts on after a reload, against the new limit', async (t) => {
  const entry = (limit) => ({ path: 'throttle', config: { limit, window_ms: 3_600_000, key: 'subject' } });
  const { relay, one, all } = await configured(t, [entry(2)]);
  await relay.publish(numbered(1, 1, { subject: 'a' }));
  assert.equal((await one('throttle')).code, 0);
  await relay.publish(numbered(2, 4, { subject: 'a' }));
  await all([entry(6)]); // the dropped ones counted as well
  await relay.publish(numbered(5, 9, { subject: 'a' }));
  assert.deepEqual(await of(relay, 'x'), [1, 2, 5, 6]);
});

test('conflate loses none of the events that it holds back', async (t) => {
  const entry = (interval) => ({ path: 'conflate', config: { types: ['x'], key: '/n', interval_ms: interval } });
  const { relay, one, all } = await configured(t, [entry(3_600_000)]);
  await relay.publish(numbered(1, 50));
  assert.equal((await one('conflate')).code, 0);
  assert.deepEqual(await of(relay, 'x'), [], 'they are held back still');
  await all([entry(50)]);
  await eventually(async () => (await of(relay, 'x')).length === 50, 'all have come');
  assert.deepEqual(
    await of(relay, 'x'),
    Array.from({ length: 50 }, (_, i) => i + 1),
  );
});

test('a script hands over what it wants to, and one that cannot take it over does not replace the old one', { skip }, async (t) => {
  const file = path.join(tempDirectory(), 'count.lua');
  const count = 'local n = 0\nfunction filter(event) n = n + 1; event:set("/n", n) end\n';
  const save = 'function save() return tostring(n) end\n';
  writeFileSync(file, `${count}${save}function load(text) n = tonumber(text) end`);
  const { relay, one } = await configured(t, [{ path: 'lua', match: ['x'], config: { file } }]);
  await relay.publish(numbered(7, 8));
  assert.equal((await one('lua')).code, 0);
  await relay.publish(numbered(7, 7));
  writeFileSync(file, `${count}${save}function load(text) error("cannot read " .. text) end`);
  assertRefused(await one('lua'), 65, /script:4: cannot read 3.*plugin_state_failed/);
  await relay.publish(numbered(7, 7));
  assert.deepEqual(await of(relay, 'x'), [1, 2, 3, 4]);
});
