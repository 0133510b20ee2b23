// What plugins failed on is kept as they saw it, can be read, tried with a mended plugin and published again.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { assertRefused, fixturePlugins, jsonLines, run } from './support/ctl.js';
import { cloudEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const fixture = (name) => path.join(fixturePlugins, `${name}.so`);
const everything = { path: fixture('everything'), name: 'it', match: ['do.*'] };
const moody = { path: fixture('moody'), match: ['mood.*'] };
const withPlugins = (...plugins) => ({ set: { plugins: JSON.stringify(plugins) } });

/** Publishes one event and returns the answer, whatever it is. */
async function publish(relay, event) {
  const body = JSON.stringify(event);
  const headers = { 'content-type': 'application/cloudevents+json', 'content-length': Buffer.byteLength(body) };
  return relay.request('POST', '/api/v1/events', { headers, body });
}
const letters = async (relay, query = '') => (await relay.get(`/api/v1/dead-letters${query}`)).json();
const ctl = (relay, ...args) => run(['dead-letters', ...args, '--url', relay.url]);

test('an event that a plugin fails on is there, as the plugin saw it, when its publisher is answered', async (t) => {
  const relay = await startRelay(t, withPlugins(everything));
  const event = cloudEvent('do.throw', { text: 'ä' }, { subject: 'agent:a', priority: 'high', shift: 'night' });
  assert.equal((await publish(relay, event)).status, 422);
  const page = await letters(relay);
  assert.deepEqual([page.oldest, page.newest, page.next], [1, 1, 2]);
  const [{ time, epoch, ...letter }] = page.events;
  assert.ok(time && epoch);
  assert.deepEqual(letter, {
    ...event,
    datacontenttype: 'application/json',
    sequence: '1',
    deadletterplugin: 'it',
    deadletterreason: letter.deadletterreason,
  });
  assert.ok(letter.deadletterreason);
  const stats = await relay.stats();
  assert.equal(stats.dead_letters.total, 1);
  assert.equal(stats.dead_letters.held, 1);
  assert.equal(stats.dead_letters.forgotten, 0);
  assert.ok(stats.dead_letters.bytes > 0);
  assert.equal(stats.plugins[0].dead_letters, 1);
  assert.deepEqual((await relay.get('/api/v1/events?match=do.*')).json().events, [], 'it is in no other log');
});

test('what a plugin drops or rejects is no dead letter, nor what goes on after a failure', async (t) => {
  const relay = await startRelay(t, {
    ...withPlugins(
      { ...everything, match: ['do.drop', 'do.reject'] },
      { ...everything, name: 'lenient', match: ['do.fail'], on_error: 'pass' },
    ),
  });
  for (const type of ['do.drop', 'do.reject', 'do.fail']) await publish(relay, cloudEvent(type));
  assert.deepEqual((await letters(relay)).events, []);
  assert.equal((await relay.stats()).dead_letters.total, 0);
});

test('what is dropped while a breaker is open is kept as well, with what opened it', async (t) => {
  const relay = await startRelay(t, {
    ...withPlugins({ ...moody, breaker: { failures: 1, retry: '1h' } }),
    log: [/plugin moody is broken/],
  });
  for (const type of ['mood.fail', 'mood.fine']) assert.equal((await publish(relay, cloudEvent(type))).status, 422);
  const { events } = await letters(relay);
  assert.deepEqual(
    events.map((event) => event.type),
    ['mood.fail', 'mood.fine'],
  );
  assert.match(events[1].deadletterreason, /it failed or took too long 1 times in a row, at last: not today/);
});

test('they are read by plugin, type, place and number, over HTTP and by senecactl', async (t) => {
  const relay = await startRelay(t, withPlugins(everything, moody));
  for (let n = 0; n < 4; ++n) {
    await publish(relay, cloudEvent('do.fail', { n }));
    await publish(relay, cloudEvent('mood.fail', { n }));
  }
  const of = async (query) => (await letters(relay, query)).events.map((event) => [event.type, event.data.n]);
  assert.deepEqual(await of('?plugin=moody&last=2'), [
    ['mood.fail', 2],
    ['mood.fail', 3],
  ]);
  assert.deepEqual(await of('?match=do.*&limit=1'), [['do.fail', 0]]);
  assert.deepEqual(await of('?since=8'), [['mood.fail', 3]]);
  assert.deepEqual(await of('?since=8&last=5'), [['mood.fail', 3]]);
  assert.deepEqual(await of('?plugin=nobody'), []);
  assert.equal((await letters(relay, '?last=x')).code, 'bad_query');

  const all = await ctl(relay);
  assert.equal(all.code, 0, all.stderr);
  assert.equal(jsonLines(all.stdout).length, 8);
  const last = jsonLines((await ctl(relay, '--plugin', 'it', '-n', '1')).stdout);
  assert.deepEqual([last.length, last[0].deadletterplugin, last[0].data.n], [1, 'it', 3]);
  assert.equal(JSON.parse((await ctl(relay, '-o', 'json')).stdout).length, 8);
  assertRefused(await ctl(relay, '-n', '0'), 64, /-n|--last/);
  const list = await run(['plugin', 'list', '--url', relay.url]);
  assert.match(list.stdout, /dead letters/);
});

test('the history of events takes last, too', async (t) => {
  const relay = await startRelay(t);
  await relay.publish(['a', 'b', 'a', 'b', 'a'].map((type) => cloudEvent(type)));
  const page = (await relay.get('/api/v1/events?match=a&last=2')).json();
  assert.deepEqual(
    page.events.map((event) => event.sequence),
    ['3', '5'],
  );
});

test('senecactl reads more of them than fit into one answer', async (t) => {
  const relay = await startRelay(t, withPlugins(everything));
  const body = Array.from({ length: 2500 }, (_, n) => cloudEvent('do.fail', { n }));
  const text = JSON.stringify(body);
  await relay.request('POST', '/api/v1/events', {
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    body: text,
  });
  const numbers = async (...args) => jsonLines((await ctl(relay, ...args)).stdout).map((event) => event.data.n);
  assert.deepEqual(await numbers(), Array.from({ length: 2500 }, (_, n) => n));
  assert.deepEqual(await numbers('-n', '1500'), Array.from({ length: 1500 }, (_, n) => 1000 + n));
});

test('a dead letter is tried with the plugin, then with the mended one, and published again', async (t) => {
  const directory = tempDirectory();
  const config = path.join(directory, 'seneca.json');
  const write = (file) => writeFileSync(config, JSON.stringify({ plugins: [{ path: file, name: 'it', match: ['do.*'] }] }));
  write(fixture('everything'));
  const relay = await startRelay(t, { args: ['-c', config], logLevel: 'info', log: [/./] });
  await publish(relay, cloudEvent('do.fail', { n: 'first' }, { shift: 'night' }));
  await publish(relay, cloudEvent('do.fail', { n: 'second' }));
  const file = path.join(directory, 'dead.jsonl');
  writeFileSync(file, (await ctl(relay, '--plugin', 'it')).stdout);

  const fates = async (plugin) => {
    const end = await run(['plugin', 'test', plugin, '--input', file, '--match', 'do.*']);
    assert.equal(end.code, 0, end.stderr);
    return jsonLines(end.stdout).flatMap(Object.keys);
  };
  assert.deepEqual(await fates(fixture('everything')), ['fail', 'reason', 'fail', 'reason']);
  assert.deepEqual(await fates(fixture('numbering')), ['pass', 'pass'], 'the mended one');

  write(fixture('numbering'));
  relay.ctl.signal('SIGHUP');
  await relay.ctl.notices.first((line) => /configuration reloaded/.test(line), 'the reload');
  const injected = await run(['inject', '-', '--url', relay.url], { input: readFileSync(file) });
  assert.equal(injected.code, 0, injected.stderr);
  const { events } = (await relay.get('/api/v1/events?match=do.*')).json();
  assert.deepEqual(
    events.map((event) => [event.data.n, event.shift, event.deadletterplugin]),
    [
      [1, 'night', 'it'],
      [2, undefined, 'it'],
    ],
  );
});

test('one that dies again has one pair of attributes', async (t) => {
  const relay = await startRelay(t, withPlugins(everything));
  await publish(relay, cloudEvent('do.fail'));
  const again = await run(['inject', '-', '--url', relay.url], { input: (await ctl(relay)).stdout });
  assert.equal(again.code, 65, again.stderr);
  const { events } = await letters(relay);
  assert.deepEqual([events.length, events[1].deadletterreason], [2, 'no idea']);
  assert.equal(JSON.stringify(events[1]).split('deadletterplugin').length, 2);
});

const sink = (file, more = {}) => ({ path: 'file', config: { path: file }, ...more });
const written = (file) => (existsSync(file) ? jsonLines(readFileSync(file, 'utf8')) : []);

test('a sink of dead letters gets these and nothing else, also when nothing else is published', async (t) => {
  const file = path.join(tempDirectory(), 'dead.jsonl');
  const relay = await startRelay(t, withPlugins(everything, sink(file, { receives: 'dead_letters' })));
  await relay.publish(cloudEvent('fine'));
  await publish(relay, cloudEvent('do.fail', { n: 1 }));
  await eventually(() => written(file).length === 1, 'it is written');
  const [letter] = written(file);
  assert.deepEqual([letter.type, letter.data.n, letter.deadletterplugin], ['do.fail', 1, 'it']);
  const [status] = (await relay.stats()).sinks;
  assert.deepEqual([status.receives, status.delivered, status.lag], ['dead_letters', 1, 0]);
});

test('a sink that is turned to the other log does not take its place there for the one it had', async (t) => {
  const directory = tempDirectory();
  const config = path.join(directory, 'seneca.json');
  const file = path.join(directory, 'out.jsonl');
  const write = (receives) =>
    writeFileSync(config, JSON.stringify({ plugins: [everything, sink(file, { receives, match: ['fine', 'do.*'] })] }));
  write('events');
  const relay = await startRelay(t, { args: ['-c', config], logLevel: 'info', log: [/./] });
  await publish(relay, cloudEvent('do.fail', { n: 'before' }));
  await relay.publish(Array.from({ length: 5 }, () => cloudEvent('fine')));
  await eventually(() => written(file).length === 5, 'the events are written');
  write('dead_letters');
  relay.ctl.signal('SIGHUP');
  await relay.ctl.notices.first((line) => /configuration reloaded/.test(line), 'the reload');
  await publish(relay, cloudEvent('do.fail', { n: 'after' }));
  await eventually(() => written(file).length === 6, 'the dead letter is written');
  assert.equal(written(file)[5].data.n, 'after');
});

test('a plugin that takes no events out cannot receive dead letters: 78', async () => {
  const end = await run([
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--check',
    '--set',
    `plugins=${JSON.stringify([{ path: 'topic-filter', receives: 'dead_letters' }])}`,
  ]);
  assert.equal(end.code, 78);
  assert.match(end.stderr, /plugins\/topic-filter\/receives: .*seneca\.sink\/1.*\[plugin_no_sink\]/);
});
