// Operating plugins in a running relay: listed, reloaded, disabled and enabled, over HTTP and by senecactl.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { OpsClient, PlainClient, connectedSocketIo } from './support/clients.js';
import { assertRefused, fixturePlugins, jsonLines, run } from './support/ctl.js';
import { seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const fixture = (name) => path.join(fixturePlugins, `${name}.so`);
const plugins = async (relay) => (await relay.get('/api/v1/plugins')).json().plugins;
const order = (relay, name, verb, headers = {}) =>
  relay.request('POST', `/api/v1/plugins/${name}/${verb}`, { headers });
const ctl = (relay, ...args) => run(['plugin', ...args, '--url', relay.url]);

/** Puts `bytes` in the place of `file`, as a package manager does: beside it, and renamed. */
function replaceFile(file, bytes) {
  writeFileSync(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
}

/** The plugin that numbers events, in another version; it says so by the same number of letters. */
function numbering(version) {
  const bytes = readFileSync(fixture('numbering'));
  const at = bytes.indexOf('1.0.0\0');
  assert.ok(at > 0);
  bytes.write(version, at);
  return bytes;
}

/** A relay with the plugin that numbers events of type x, from a file of the test's own. */
async function numberingRelay(t, { config = {}, log = [/reload|disabled|refused/], ...options } = {}) {
  const file = path.join(tempDirectory(), 'numbers.so');
  writeFileSync(file, numbering('1.0.0'));
  const entry = { path: file, name: 'numbers', match: ['x'], config };
  const set = { plugins: JSON.stringify([entry]), ...options.set };
  const relay = await startRelay(t, { ...options, set, log });
  return { relay, file };
}

const ns = (events) => events.filter((event) => event.type === 'x').map((event) => event.data.n);

test('a plugin is reloaded from the file that took the place of its own, and goes on where it was', async (t) => {
  const { relay, file } = await numberingRelay(t);
  const client = await PlainClient.open(t, relay.ws('/ws?match=x'));
  await relay.publish([seedEvent('x'), seedEvent('x')]);
  replaceFile(file, numbering('1.0.1'));
  const answer = await order(relay, 'numbers', 'reload');
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json(), {
    name: 'numbers',
    version: '1.0.1',
    previous_version: '1.0.0',
    new_code: true,
  });
  await relay.publish([seedEvent('x')]);
  assert.deepEqual(ns(await client.events.count(3)), [1, 2, 3]);
  const [listed] = await plugins(relay);
  assert.equal(listed.version, '1.0.1');
  assert.equal(listed.path, file);
  assert.deepEqual(listed.roles, ['filter', 'state']);
  assert.equal(listed.config_schema, true);
  assert.ok(Math.abs(Date.parse(listed.loaded_at) - Date.now()) < 600_000, listed.loaded_at);
});

describe('a reload is refused, and the plugin goes on,', () => {
  async function refused(t, code, change, options) {
    const { relay, file } = await numberingRelay(t, options);
    await relay.publish([seedEvent('x')]);
    change(file);
    const answer = await order(relay, 'numbers', 'reload');
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.json().code, code, answer.text);
    const client = await PlainClient.open(t, relay.ws('/ws?match=x'));
    await relay.publish([seedEvent('x')]);
    assert.deepEqual(ns(await client.events.count(1)), [2]);
    assert.equal((await plugins(relay))[0].version, '1.0.0');
    const end = await ctl(relay, 'reload', 'numbers');
    assertRefused(end, 65, new RegExp(code));
  }

  test('if the file is written over, which says how to do it', (t) =>
    refused(t, 'plugin_overwritten', (file) => writeFileSync(file, 'x', { flag: 'a' })));
  test('if the file is no plugin', (t) =>
    refused(t, 'plugin_not_elf', (file) => replaceFile(file, 'no plugin')));
  test('if the new code does not take the configuration', (t) =>
    refused(
      t,
      'plugin_bad_config',
      (file) => {
        const bytes = numbering('1.0.1');
        bytes.write('forgotten', bytes.indexOf('forgetful": {"'));
        replaceFile(file, bytes);
      },
      { config: { forgetful: false } },
    ));
  test('if the new instance cannot be made', (t) =>
    refused(t, 'plugin_create_failed', (file) => {
      replaceFile(file, readFileSync(fixture('bad_create_fails')));
    }));
});

test('a plugin that is disabled lets events by, until it is enabled, and operators hear of both', async (t) => {
  const { relay } = await numberingRelay(t, {
    set: {
      routes: JSON.stringify([
        { match: ['seneca.plugin.**'], event: 'plugin_event', rooms: ['operators'] },
        { match: ['**'], event: 'any', rooms: ['general'] },
      ]),
    },
  });
  const operator = await connectedSocketIo(t, relay);
  await operator.emitWithAck('join', 'operators');
  const client = await PlainClient.open(t, relay.ws('/ws?match=x'));
  await relay.publish([seedEvent('x')]);
  const disabled = await order(relay, 'numbers', 'disable');
  assert.deepEqual(disabled.json(), { name: 'numbers', state: 'disabled' });
  const [listed] = await plugins(relay);
  assert.deepEqual([listed.state, listed.why], ['disabled', 'an operator said so']);
  await relay.publish([seedEvent('x', { n: 'unseen' })]);
  await order(relay, 'numbers', 'enable');
  await relay.publish([seedEvent('x')]);
  assert.deepEqual(ns(await client.events.count(3)), [1, 'unseen', 2]);
  const told = await operator.inbox.when((items) => {
    const news = items.filter((item) => item.event === 'plugin_event');
    return news.length >= 2 && news;
  }, 'news of the plugin');
  assert.deepEqual(
    told.map(({ data }) => [data.type, data.metadata.subject, data.data]),
    ['disabled', 'enabled'].map((what) => [
      `seneca.plugin.${what}`,
      'plugin:numbers',
      { name: 'numbers', why: 'an operator said so' },
    ]),
  );
  assert.match(relay.ctl.stderr, /plugin numbers is disabled: an operator said so/);
});

test('a disabled plugin stays so when the configuration is reloaded', async (t) => {
  const { relay } = await numberingRelay(t, { logLevel: 'info', log: [/./] });
  await order(relay, 'numbers', 'disable');
  relay.ctl.signal('SIGHUP');
  await relay.ctl.notices.first((line) => /configuration reloaded/.test(line), 'the reload');
  assert.equal((await plugins(relay))[0].state, 'disabled');
  assert.equal((await order(relay, 'numbers', 'reload')).status, 200);
  assert.equal((await plugins(relay))[0].state, 'disabled');
});

test('senecactl lists, reloads, disables and enables', async (t) => {
  const { relay, file } = await numberingRelay(t);
  const list = await ctl(relay, 'list');
  assert.match(list.stdout, /^name +version +state +roles +events +ns per event +dead letters +shadow +process +loaded at +why\n/);
  assert.match(list.stdout, /\nnumbers +1\.0\.0 +enabled +filter,state +0 /);
  assert.deepEqual(jsonLines((await ctl(relay, 'list', '--json')).stdout)[0][0].roles, ['filter', 'state']);
  assert.equal(
    (await ctl(relay, 'reload')).stdout,
    'numbers is reloaded: version 1.0.0, the same file as before\n',
  );
  replaceFile(file, numbering('1.0.1'));
  assert.equal(
    (await ctl(relay, 'reload', 'numbers')).stdout,
    'numbers is reloaded: version 1.0.1, was 1.0.0\n',
  );
  assert.equal((await ctl(relay, 'disable', 'numbers')).stdout, 'numbers is disabled\n');
  assert.match((await ctl(relay, 'list')).stdout, /\nnumbers .* disabled .* an operator said so\n/);
  assert.equal((await ctl(relay, 'enable', 'numbers')).stdout, 'numbers is enabled\n');
  assertRefused(await ctl(relay, 'reload', 'nobody'), 65, /plugin_unknown/);
  assertRefused(await ctl(relay, 'enable'), 64, /NAME/);
});

test('what a plugin counts itself is in the list and the statistics, and a reload tells what was handed over', async (t) => {
  const relay = await startRelay(t, {
    set: { plugins: JSON.stringify([{ path: 'dedupe' }]) },
    log: [/reload/],
  });
  const event = (id) => ({ specversion: '1.0', id, source: '/me', type: 'x' });
  await relay.publish([event('1'), event('2'), event('2')]);
  const metrics = async () => jsonLines((await ctl(relay, 'list', '--json')).stdout)[0][0].metrics;
  assert.deepEqual(await metrics(), {
    keys_remembered: { type: 'gauge', value: 2 },
    keys_forgotten_early: { type: 'counter', value: 0 },
  });
  const stats = await run(['stats', '--plugins', '--url', relay.url]);
  assert.match(stats.stdout, /metrics\n +plugin +metric +value\n +dedupe +keys_remembered +2\n/);
  assert.equal((await order(relay, 'dedupe', 'reload')).status, 200);
  assert.equal((await metrics()).keys_remembered.value, 2, 'what is remembered is handed over, and counted again');
});

test('pages of foreign origins give no orders', async (t) => {
  const { relay } = await numberingRelay(t);
  const answer = await order(relay, 'numbers', 'disable', { origin: 'http://evil.example' });
  assert.equal(answer.status, 403, answer.text);
  assert.equal((await plugins(relay))[0].state, 'enabled');
});

test('a plugin that fails again and again is left alone, which is told, and tried again later', async (t) => {
  const entry = {
    path: fixture('moody'),
    match: ['mood.*'],
    on_error: 'pass',
    breaker: { failures: 2, retry: '100ms' },
    on_break: 'drop',
  };
  const relay = await startRelay(t, {
    set: { plugins: JSON.stringify([entry]) },
    log: [/plugin moody is broken: it failed or took too long 2 times in a row, at last: not today/],
  });
  const operator = await PlainClient.open(t, relay.ws('/ws?match=seneca.plugin.**'));
  const publish = async (type) => {
    const body = JSON.stringify(seedEvent(type));
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return relay.request('POST', '/api/v1/events', { headers, body });
  };
  for (let i = 0; i < 2; ++i) assert.equal((await publish('mood.fail')).status, 202);
  assert.equal((await operator.events.first()).type, 'seneca.plugin.broken');
  const [listed] = await plugins(relay);
  assert.equal(listed.breaks, 1);
  await eventually(async () => (await publish('mood.fine')).status === 202, 'the plugin is tried again');
  assert.equal((await operator.events.count(2))[1].type, 'seneca.plugin.recovered');
  const [later] = await plugins(relay);
  assert.deepEqual([later.state, later.why], ['enabled', '']);
});
