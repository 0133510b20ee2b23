// A candidate for a plugin's place is shown the same events beside it; what differs is counted and told.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PlainClient } from './support/clients.js';
import { fixturePlugins, jsonLines, run } from './support/ctl.js';
import { seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';

const fixture = (name) => path.join(fixturePlugins, `${name}.so`);
const filter = (deny, shadow) => ({ path: 'topic-filter', config: { deny }, ...(shadow && { shadow }) });
const candidate = (deny) => ({ path: 'topic-filter', config: { deny } });
const types = async (relay) => (await relay.get('/api/v1/events')).json().events.map((event) => event.type);
const shadowOf = async (relay) => (await relay.get('/api/v1/plugins')).json().plugins[0].shadow;

/** A relay with a configuration file, and what reloads it with other plugins. */
async function configured(t, plugins) {
  const file = path.join(tempDirectory(), 'seneca.json');
  const write = (next) => writeFileSync(file, JSON.stringify({ plugins: next }));
  write(plugins);
  const relay = await startRelay(t, { args: ['-c', file], logLevel: 'info', log: [/./] });
  const reload = async (next, line) => {
    write(next);
    relay.ctl.signal('SIGHUP');
    return relay.ctl.notices.first((text) => line.test(text), `the notice ${line}`);
  };
  return { relay, reload };
}

test('a candidate sees the events of the plugin, and only the plugin decides', async (t) => {
  const { relay } = await configured(t, [filter(['old'], candidate(['new']))]);
  await relay.publish(['old', 'new', 'other', 'old'].map((type) => seedEvent(type)));
  assert.deepEqual(await types(relay), ['new', 'other']);
  const { version, path: file, ns_per_event: ns, current_ns_per_event: currentNs, ...shadow } = await shadowOf(relay);
  assert.ok(version && file && ns >= 0 && currentNs >= 0);
  assert.deepEqual(shadow, {
    state: 'compared',
    why: '',
    events: 4,
    different: 3,
    verdicts: 3,
    fields: 0,
    emissions: 0,
    errors: 0,
    published: 0,
  });
  const told = relay.ctl.stderr.split('\n').filter((line) => / topic-filter\.shadow /.test(line));
  assert.equal(told.length, 1, 'once a minute');
  assert.match(told[0], /event \S+ of type old: pass instead of drop/);
  const list = await run(['plugin', 'list', '--url', relay.url]);
  assert.match(list.stdout, /3 of 4 differ/);
  const stats = await run(['stats', '--plugins', '--url', relay.url]);
  assert.match(stats.stdout, /shadows\n +name +version +state +events +different/);
  assert.deepEqual(Object.keys(jsonLines((await run(['stats', '--json', '--url', relay.url])).stdout)[0].plugins[0]).at(-1), 'shadow');
});

test('a candidate takes the place of the plugin by a reload of the configuration', async (t) => {
  const { relay, reload } = await configured(t, [filter(['old'], candidate(['new']))]);
  await reload([filter(['new'])], /configuration reloaded/);
  await relay.publish(['old', 'new'].map((type) => seedEvent(type)));
  assert.deepEqual(await types(relay), ['old']);
  assert.equal(await shadowOf(relay), undefined);
});

test('a configuration with a candidate that cannot be loaded or made is refused, and all stays as it was', async (t) => {
  const { relay, reload } = await configured(t, [filter(['old'])]);
  await reload([filter(['new'], { path: 'no-such-plugin' })], /plugin_not_found/);
  await reload([filter(['new'], { path: 'topic-filter', config: { denny: [] } })], /topic-filter\.shadow.*denny/);
  await reload([filter(['new'], { path: 'marcus-ui' })], /plugin_no_filter/);
  await reload([{ path: 'marcus-ui', shadow: { path: 'topic-filter' } }], /plugin_no_filter/);
  await relay.publish(['old', 'new'].map((type) => seedEvent(type)));
  assert.deepEqual(await types(relay), ['new']);
});

test('a plugin that is reloaded has its candidate made anew, with what the plugin knows', async (t) => {
  const entry = { path: fixture('numbering'), name: 'numbers', match: ['x'], shadow: { path: fixture('numbering') } };
  const { relay } = await configured(t, [entry]);
  await relay.publish([seedEvent('x'), seedEvent('x')]);
  const reloaded = await run(['plugin', 'reload', 'numbers', '--url', relay.url]);
  assert.equal(reloaded.code, 0, reloaded.stderr);
  await relay.publish([seedEvent('x')]);
  const shadow = await shadowOf(relay);
  assert.deepEqual([shadow.events, shadow.different], [1, 0]);
});

test('a candidate that fails again and again is left alone, and operators hear of it', async (t) => {
  const entry = { path: fixture('numbering'), name: 'numbers', shadow: { path: fixture('moody') } };
  const { relay } = await configured(t, [entry]);
  const operator = await PlainClient.open(t, relay.ws('/ws?match=seneca.plugin.**'));
  for (let i = 0; i < 6; ++i) await relay.publish([seedEvent('mood.fail')]);
  const news = await operator.events.first();
  assert.deepEqual([news.type, news.subject], ['seneca.plugin.broken', 'plugin:numbers.shadow']);
  const shadow = await shadowOf(relay);
  assert.deepEqual([shadow.state, shadow.errors, shadow.events], ['left alone', 5, 5]);
  assert.match((await run(['plugin', 'list', '--url', relay.url])).stdout, /enabled .*left alone, 5 of 5 differ/);
});

test('an isolated candidate that dies again and again is left alone, and nobody else notices', async (t) => {
  const shadowed = { ...filter([], { path: fixture('hostile') }), isolation: 'process' };
  const { relay } = await configured(t, [{ ...shadowed, process: { deadline_ms: 2000 } }]);
  for (let i = 0; i < 6; ++i) await relay.publish(seedEvent('hostile.crash', { i }));
  assert.equal((await types(relay)).filter((type) => type === 'hostile.crash').length, 6);
  const shadow = await shadowOf(relay);
  assert.equal(shadow.state, 'left alone');
  assert.match(shadow.why, /at last: its process was killed by SIGSEGV/);
  assert.equal(shadow.events, 5);
});
