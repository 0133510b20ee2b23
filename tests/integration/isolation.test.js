// Plugins in processes of their own: whatever they do, no client and no other event pays for it.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { PlainClient, connectedSocketIo } from './support/clients.js';
import { assertRefused, fixturePlugins, jsonLines, run } from './support/ctl.js';
import { seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually, exitsItsOwnWay, patience, slowness } from './support/wait.js';

const hostile = path.join(fixturePlugins, 'hostile.so');
// Its timer may be the first to notice.
const isRestarted = /plugin hostile is restarted: its process|hostile +its timer failed: its process/;
const plugins = async (relay) => (await relay.get('/api/v1/plugins')).json().plugins;
const isAlive = (pid) => existsSync(`/proc/${pid}`);

function entry(more = {}) {
  return {
    path: hostile,
    name: 'hostile',
    match: ['x', 'hostile.**'],
    isolation: 'process',
    process: { deadline_ms: 50 * slowness },
    ...more,
  };
}

async function isolatedRelay(t, more = {}, options = {}) {
  const relay = await startRelay(t, {
    log: [isRestarted],
    ...options,
    set: { plugins: JSON.stringify([entry(more)]), ...options.set },
  });
  return relay;
}

test('a hundred events that end the plugin or hang it cost no client and no other event', async (t) => {
  const rounds = slowness === 1 ? 100 : 20;
  const relay = await isolatedRelay(t, { breaker: { failures: 1_000_000 } }, { set: { 'server.threads': 2 } });
  const plain = await PlainClient.open(t, relay.ws('/ws?match=x'));
  const socket = await connectedSocketIo(t, relay);
  let disconnects = 0;
  socket.on('disconnect', () => ++disconnects);
  const ways = ['hostile.crash', 'hostile.exit', 'hostile.hang', 'hostile.answer'];
  const pids = new Set();
  const stalls = [];
  for (let round = 0; round < rounds; ++round) {
    const x = (i) => ({ ...seedEvent('x'), subject: `${round * 3 + i}` });
    const begin = performance.now();
    const answer = await relay.request('POST', '/api/v1/events', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([x(0), seedEvent(ways[round % ways.length]), x(1), x(2)]),
    });
    stalls.push(performance.now() - begin);
    assert.equal(answer.json().accepted, 3, answer.text);
    pids.add((await plugins(relay))[0].process.pid);
  }
  const events = await plain.events.count(3 * rounds, 'the events that did not end it', 3 * patience);
  assert.deepEqual(
    events.map((event) => event.subject),
    Array.from({ length: 3 * rounds }, (_, i) => `${i}`),
  );
  const [report] = await plugins(relay);
  assert.equal(report.process.ends, 2 * rounds);
  assert.equal(report.failed, rounds);
  assert.equal(report.state, 'enabled');
  assert.equal(disconnects, 0);
  assert.ok(pids.size > rounds / 2, 'each time another process');
  const dead = await run(['dead-letters', '--plugin', 'hostile', '-n', `${rounds}`, '--url', relay.url]);
  assert.equal(jsonLines(dead.stdout).length, rounds, dead.stderr);
  stalls.sort((a, b) => a - b);
  t.diagnostic(`publishing took ${stalls[rounds / 2].toFixed(1)} ms (median), ${stalls.at(-1).toFixed(1)} at most`);
});

test('a process that somebody kills is replaced, and operators are told', async (t) => {
  const relay = await isolatedRelay(t);
  const operator = await PlainClient.open(t, relay.ws('/ws?match=seneca.plugin.*'));
  const [before] = await plugins(relay);
  assert.equal(before.process.ends, 0);
  process.kill(before.process.pid, 'SIGKILL');
  const client = await PlainClient.open(t, relay.ws('/ws?match=x'));
  await relay.publish(seedEvent('x'));
  const event = await client.events.first();
  assert.deepEqual(event.data, { n: 1 });
  const news = await operator.events.first();
  assert.equal(news.type, 'seneca.plugin.restarted');
  assert.deepEqual(news.data, { name: 'hostile', why: 'its process was killed by SIGKILL' });
  const [after] = await plugins(relay);
  assert.notEqual(after.process.pid, before.process.pid);
  assert.equal(after.process.ends, 1);
  assert.equal(after.failed, 0);
});

test('an event that ended the process goes on if it should, and is kept for whoever mends the plugin', async (t) => {
  const relay = await isolatedRelay(t, { on_error: 'pass' });
  const client = await PlainClient.open(t, relay.ws('/ws?match=hostile.*'));
  await relay.publish([seedEvent('hostile.crash', { n: 7 }), seedEvent('hostile.throw')]);
  assert.deepEqual((await client.events.count(2)).map((event) => event.type), ['hostile.crash', 'hostile.throw']);
  const dead = await run(['dead-letters', '--plugin', 'hostile', '--url', relay.url]);
  const [letter, ...others] = jsonLines(dead.stdout);
  assert.deepEqual(others, []);
  assert.deepEqual([letter.type, letter.data], ['hostile.crash', { n: 7 }]);
  assert.equal(letter.deadletterreason, 'its process was killed by SIGSEGV');
  const file = path.join(tempDirectory(), 'dead.jsonl');
  writeFileSync(file, dead.stdout);
  const again = await run(['plugin', 'test', hostile, '--isolated', '--input', file]);
  assert.deepEqual(jsonLines(again.stdout), [{ fail: letter.id, reason: 'its process was killed by SIGSEGV' }]);
});

test('taps, dry runs and metrics see an isolated plugin as any other', async (t) => {
  const relay = await startRelay(t, {
    set: {
      plugins: JSON.stringify([
        { path: 'dedupe', isolation: 'process', process: { deadline_ms: 50 * slowness } },
        entry(),
      ]),
    },
  });
  const walked = await run(['inject', 'x', '{"a":1}', '--dry-run', '--stateful', '--json', '--url', relay.url]);
  assert.equal(walked.code, 0, walked.stderr);
  assert.match(walked.stdout, /"n":1/);
  await relay.publish([seedEvent('y'), seedEvent('y')]);
  const [dedupe] = await plugins(relay);
  assert.equal(dedupe.metrics.keys_remembered.value, 3);
});

describe('a process that ends too often is left alone', () => {
  const crash = seedEvent('hostile.crash');
  for (const [on_break, accepted] of [
    ['drop', 0],
    ['pass', 1],
  ])
    test(`and its events ${on_break === 'drop' ? 'are dropped' : 'pass'}`, async (t) => {
      const relay = await isolatedRelay(t, { on_break }, { log: [isRestarted, /plugin hostile is broken/] });
      for (let i = 0; i < 3; ++i)
        await relay.request('POST', '/api/v1/events', {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(crash),
        });
      const [report] = await plugins(relay);
      assert.equal(report.state, on_break === 'drop' ? 'dropping' : 'bypassed');
      assert.match(report.why, /^its process ended too often, at last: its process was killed by SIGSEGV$/);
      const answer = await relay.request('POST', '/api/v1/events', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(seedEvent('x')),
      });
      assert.equal(answer.json().accepted ?? 0, accepted, answer.text);
    });
});

test('a reload goes to another process, which knows what the old one knew', async (t) => {
  const file = path.join(tempDirectory(), 'hostile.so');
  copyFileSync(hostile, file);
  const relay = await isolatedRelay(t, { path: file }, { log: [isRestarted, /hostile is reloaded/] });
  const client = await PlainClient.open(t, relay.ws('/ws?match=x'));
  await relay.publish([seedEvent('x'), seedEvent('x')]);
  const [before] = await plugins(relay);
  copyFileSync(hostile, `${file}.new`);
  renameSync(`${file}.new`, file);
  const done = await run(['plugin', 'reload', 'hostile', '--url', relay.url]);
  assert.equal(done.code, 0, done.stderr);
  await relay.publish(seedEvent('x'));
  const events = await client.events.count(3);
  assert.deepEqual(
    events.map((event) => event.data.n),
    [1, 2, 3],
  );
  const [after] = await plugins(relay);
  assert.notEqual(after.process.pid, before.process.pid);
  await eventually(() => !isAlive(before.process.pid), 'the old process has ended');
});

test('its process ends with the relay, however that ends', async (t) => {
  const orderly = await isolatedRelay(t);
  const [first] = await plugins(orderly);
  assert.ok(isAlive(first.process.pid));
  await orderly.stop();
  assert.ok(!isAlive(first.process.pid));
  const crashing = await isolatedRelay(t);
  const [second] = await plugins(crashing);
  await crashing.kill();
  await eventually(() => !isAlive(second.process.pid), 'it ended');
});

test('a plugin that makes itself at home settles in its own process, and ends with the relay all the same', async (t) => {
  const relay = await isolatedRelay(t);
  const client = await PlainClient.open(t, relay.ws('/ws?match=x,hostile.*'));
  const directory = (pid) => readlinkSync(`/proc/${pid}/cwd`);
  const before = directory(relay.pid);
  assert.notEqual(before, '/');
  await relay.publish([seedEvent('x'), seedEvent('hostile.settle'), seedEvent('x')]);
  const events = await client.events.count(3);
  assert.deepEqual(
    events.map((event) => event.data.n),
    [1, 2, 3],
  );
  const [{ process: own }] = await plugins(relay);
  assert.equal(own.ends, 0);
  assert.equal(directory(own.pid), '/');
  assert.equal(directory(relay.pid), before);
  await relay.stop();
  assert.ok(!isAlive(own.pid));
});

test('a plugin that ends whoever loads it is refused at the start', { skip: exitsItsOwnWay }, async () => {
  const plugin = { path: path.join(fixturePlugins, 'bad_load.so'), isolation: 'process' };
  const set = ['--set', `plugins=${JSON.stringify([plugin])}`];
  const end = await run(['serve', '--listen', '127.0.0.1:0', '--no-journal', ...set]);
  assertRefused(end, 78, /bad_load\.so: ended the process that loaded it, .*\[plugin_process_failed\]/);
});

test('what cannot have a process of its own is refused before anything starts', async () => {
  const serve = (plugin) =>
    run(['serve', '--check', '--set', `plugins=${JSON.stringify([plugin])}`, '--listen', '127.0.0.1:0']);
  const source = await serve({ path: path.join(fixturePlugins, 'picky_sink.so'), isolation: 'process' });
  assert.equal(source.code, 78);
  assert.match(source.stderr, /take `isolation` away \[plugin_not_isolatable\]/);
  const crashing = await serve(entry({ config: { crash: true } }));
  assert.equal(crashing.code, 78);
  assert.match(crashing.stderr, /its process was killed by SIGSEGV while it made the instance/);
  const deadline = await serve(entry({ process: { deadline_ms: 0 } }));
  assert.equal(deadline.code, 78);
  assert.match(deadline.stderr, /deadline_ms/);
});
