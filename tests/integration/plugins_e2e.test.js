// Plugins in a running relay: those that work, and those that do not.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { OpsClient, PlainClient } from './support/clients.js';
import { assertRefused, fixturePlugins, run, start } from './support/ctl.js';
import { numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually, exitsItsOwnWay } from './support/wait.js';

const fixture = (name) => path.join(fixturePlugins, `${name}.so`);
const plugin = async (relay, name) => (await relay.stats()).plugins.find((each) => each.name === name);

test('topic-filter lets through what its configuration says', async (t) => {
  const relay = await startRelay(t, {
    args: ['--plugin', 'topic-filter:{"allow":["agent.**"],"deny":["agent.heartbeat"]}'],
  });
  assert.ok(relay.facts.plugin.some((line) => line.startsWith('topic-filter ')));
  const client = await PlainClient.open(t, relay.ws());
  const types = ['agent.idle', 'task.created', 'agent.heartbeat', 'agent.status.changed'];
  const ops = await OpsClient.open(t, relay);
  for (const type of types) await ops.tell({ op: 'publish', event: seedEvent(type) });
  const events = await client.events.count(2);
  assert.deepEqual(
    events.map((event) => event.type),
    ['agent.idle', 'agent.status.changed'],
  );
  const stats = await plugin(relay, 'topic-filter');
  assert.deepEqual([stats.passed, stats.dropped], [2, 2]);
  assert.deepEqual(stats.reasons, { 'denied by agent.heartbeat': 1, 'not allowed': 1 });
});

describe('a plugin is refused at the start with its code:', () => {
  async function refused(file, code, extra = '') {
    const end = await run(['serve', '--listen', '127.0.0.1:0', '--plugin', file + extra]);
    assert.equal(end.code, 78, end.stderr);
    assert.equal(end.stdout, '');
    assert.equal(end.stderr.trim().split('\n').length, 1, end.stderr);
    assert.match(end.stderr, code);
    assert.ok(end.stderr.includes(path.basename(file, '.so')), end.stderr);
    const check = await run(['serve', '--listen', '127.0.0.1:0', '--check', '--plugin', file + extra]);
    assert.equal(check.code, 78, '--check says the same');
  }

  test('one that is not there', () => refused('no-such-plugin', /plugin_not_found/));
  test('one that is no shared object', (t) => {
    const file = path.join(tempDirectory(), 'text.so');
    writeFileSync(file, 'not an object');
    return refused(file, /plugin_not_elf|plugin_load|plugin_not/);
  });
  test('one without the symbol', () => refused(fixture('bad_no_symbol'), /plugin_no_symbol/));
  test('one of another ABI', () => refused(fixture('bad_wrong_abi'), /plugin_.*abi|plugin_wrong/));
  test('one without a role', () => refused(fixture('bad_no_role'), /plugin_/));
  test('one that does not start', () => refused(fixture('bad_create_fails'), /plugin_/));
  test('one that throws at its start', () => refused(fixture('bad_throws'), /plugin_/, ':{"throw":true}'));
  test('one whose configuration does not fit', () =>
    refused('topic-filter', /plugin_|config/, ':{"alow":[]}'));

  test('one that others could have written', (t) => {
    const file = path.join(tempDirectory(), 'writable.so');
    copyFileSync(fixture('everything'), file);
    chmodSync(file, 0o777);
    return refused(file, /plugin_writable/);
  });
  test('one in a directory where others may write', (t) => {
    const directory = tempDirectory();
    const file = path.join(directory, 'exposed.so');
    copyFileSync(fixture('everything'), file);
    chmodSync(directory, 0o777);
    return refused(file, /plugin_writable_directory/);
  });
  test('a symbolic link', (t) => {
    const file = path.join(tempDirectory(), 'link.so');
    symlinkSync(fixture('everything'), file);
    return refused(file, /plugin_symlink/);
  });
});

test('the fixture plugins are built', () => assert.ok(existsSync(fixture('bad_throws')), fixturePlugins));

describe('a plugin that throws costs its events and nothing else:', () => {
  const configured = (policy) => ({
    set: { plugins: JSON.stringify([{ path: fixture('bad_throws'), on_error: policy, match: ['bad.**'] }]) },
    log: [/bad_throws/],
  });

  test('on_error drop', async (t) => {
    const relay = await startRelay(t, configured('drop'));
    const client = await PlainClient.open(t, relay.ws());
    const ops = await OpsClient.open(t, relay);
    const answer = await ops.ask({ op: 'publish', events: [seedEvent('bad.x'), seedEvent('good')] });
    assert.equal((await client.events.first()).type, 'good');
    assert.equal(answer.accepted + answer.rejected, 2, JSON.stringify(answer));
    assert.equal((await plugin(relay, 'bad_throws')).failed, 1);
  });

  test('on_error pass', async (t) => {
    const relay = await startRelay(t, configured('pass'));
    const client = await PlainClient.open(t, relay.ws());
    for (let i = 0; i < 10; ++i) await relay.publish(numbered(10, { type: 'bad.x', from: 10 * i }));
    assert.deepEqual(
      (await client.events.count(100)).map((event) => event.data.n),
      Array.from({ length: 100 }, (_, i) => i),
    );
    assert.equal((await plugin(relay, 'bad_throws')).state, 'enabled');
  });

  test('on_error disable', async (t) => {
    const relay = await startRelay(t, configured('disable'));
    const client = await PlainClient.open(t, relay.ws());
    await relay.publish(numbered(3, { type: 'bad.x' }));
    await relay.publish(numbered(3, { type: 'bad.x', from: 3 }));
    await client.events.count(6);
    assert.equal((await plugin(relay, 'bad_throws')).state, 'disabled');
    assert.match(relay.ctl.stderr, /disabled/);
  });
});

for (const name of ['bad_garbage', 'bad_flood', 'bad_verdict']) {
  test(`${name}: the relay lives and serves`, async (t) => {
    const relay = await startRelay(t, {
      set: { plugins: JSON.stringify([{ path: fixture(name), match: ['bad.**'] }]) },
      log: [/./],
    });
    const client = await PlainClient.open(t, relay.ws('/ws?match=good'));
    for (let i = 0; i < 2; ++i) {
      const body = JSON.stringify(seedEvent('bad.x', { i }));
      await relay.request('POST', '/api/v1/events', { headers: { 'content-length': body.length }, body });
      await relay.publish(seedEvent('good', { i }));
    }
    assert.deepEqual(
      (await client.events.count(2)).map((event) => event.data.i),
      [0, 1],
    );
  });
}

describe('a plugin that calls exit() takes the relay along, which does not pass for a good end:', () => {
  const plain = ['serve', '--listen', '127.0.0.1:0', '--no-journal', '--plugin'];
  const serve = (name, ...args) => [...plain, fixture(name), ...args];

  test('while it is loaded', { skip: exitsItsOwnWay }, async () => {
    assertRefused(await run(serve('bad_load')), 1, /plugin verify.*\[plugin_exited\]/);
    assertRefused(await run(serve('bad_load', '--check')), 1, /\[plugin_exited\]/);
  });

  test('while it is shown an event', async (t) => {
    const relay = start(t, serve('bad_exit'));
    const [, url] = (await relay.lines.first((line) => line.startsWith('listening '))).split(/\s+/);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${url}/api/v1/events`, { method: 'POST', headers, body: '{"type":"x","data":1}' }).catch(() => {});
    assert.deepEqual(await relay.exit(), { code: 1, signal: null });
    assert.match(relay.stderr, /\[plugin_exited\]\n$/);
  });
});

test('while a plugin holds the pipeline, statistics are answered and say so', async (t) => {
  const gate = path.join(tempDirectory(), 'gate');
  writeFileSync(gate, '');
  t.after(() => rmSync(gate, { force: true })); // whatever happens, the pipeline goes on
  const relay = await startRelay(t, {
    args: ['--plugin', fixture('everything')],
    log: [/everything is slow/],
  });
  const held = relay.publish({ type: 'do.wait', data: gate }).catch(() => {});
  const answered = async () => (await relay.stats()).pipeline.answered;
  await eventually(async () => !(await answered()), 'the pipeline is held');
  for (let i = 0; i < 3; ++i) assert.equal(await answered(), false);
  rmSync(gate);
  await held;
  assert.equal((await relay.stats()).pipeline.answered, true);
});
