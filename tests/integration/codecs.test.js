// Subprotocols of plugins: seneca.v1.cbor, which comes with the relay, and one of a fixture.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { decode, encode } from 'cborg';

import { OpsClient } from './support/clients.js';
import { fixturePlugins, run } from './support/ctl.js';
import { assertNumbered, numbered, offsetOf, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { patience, within } from './support/wait.js';

const shouting = { path: path.join(fixturePlugins, 'shouting.so'), name: 'shouting' };

class TranslatedClient extends OpsClient {
  static async open(t, relay, query = '') {
    const client = new this(relay.ws(`/ws${query}`), this.subprotocol, {});
    t.after(() => client.socket.terminate());
    await within(patience, `an open ${this.subprotocol}`, client.opened);
    assert.equal(client.socket.protocol, this.subprotocol);
    assert.equal(client.socket.extensions, '');
    client.hello = await client.messages.first((message) => message.op === 'hello', 'hello');
    return client;
  }
}

class CborClient extends TranslatedClient {
  static subprotocol = 'seneca.v1.cbor';
  decode(bytes, binary) {
    assert.ok(binary);
    return decode(bytes);
  }
  encode(message) {
    return Buffer.from(encode(message));
  }
}

class ShoutingClient extends TranslatedClient {
  static subprotocol = 'v1.shouting.example';
  sign = '!';
  decode(bytes, binary) {
    assert.ok(!binary);
    const text = bytes.toString();
    assert.ok(text.startsWith(this.sign), text);
    return JSON.parse(text.slice(this.sign.length));
  }
  encode(message) {
    return this.sign + JSON.stringify(message);
  }
}

const relayWith = (t, plugins, options = {}) =>
  startRelay(t, { ...options, set: { plugins: JSON.stringify(plugins), ...options.set } });

test('a CBOR client subscribes, publishes, and gets history and live events as a JSON client does', async (t) => {
  const relay = await relayWith(t, [{ path: 'cbor' }]);
  const cbor = await CborClient.open(t, relay);
  const json = await OpsClient.open(t, relay);
  for (const client of [cbor, json]) await client.tell({ op: 'subscribe', match: 'x' });
  const data = { n: 0, text: 'ä🙂', big: 2 ** 40, list: [1.5, -7, null, true, {}] };
  const reply = await cbor.tell({ op: 'publish', event: seedEvent('x', data) });
  await relay.publish(numbered(9, { type: 'x', from: 1 }));
  const [ours, theirs] = await Promise.all([cbor.events.count(10), json.events.count(10)]);
  assert.deepEqual(ours, theirs);
  assert.deepEqual(ours[0].data, data);
  assert.equal(offsetOf(ours[0]), reply.first_offset);
  const late = await CborClient.open(t, relay, '?format=compact');
  await late.tell({ op: 'subscribe', match: 'x', last: 5 });
  assert.deepEqual(
    (await late.events.count(5)).map((event) => event.data.n),
    [5, 6, 7, 8, 9],
  );
  const [client] = (await relay.clients()).filter((each) => each.protocol === 'ws.seneca.v1.cbor');
  assert.ok(client);
  const [plugin] = (await relay.get('/api/v1/plugins')).json().plugins;
  assert.deepEqual(plugin.roles, ['codec']);
});

test('fifty CBOR clients cost one translation an event and shard', async (t) => {
  const relay = await relayWith(t, [{ path: 'cbor' }], { threads: 1 });
  const clients = await Promise.all(Array.from({ length: 50 }, () => CborClient.open(t, relay)));
  await Promise.all(clients.map((client) => client.tell({ op: 'subscribe', match: 'x' })));
  const calls = async () => (await relay.get('/api/v1/plugins')).json().plugins[0].calls;
  const before = await calls();
  await relay.publish(numbered(100, { type: 'x' }));
  for (const client of clients) assertNumbered(await client.events.count(100), 0, 99);
  assert.equal((await calls()) - before, 100);
});

test('bad CBOR gets an error message, and harms nobody', async (t) => {
  const relay = await relayWith(t, [{ path: 'cbor' }]);
  const client = await CborClient.open(t, relay);
  const refused = async (bytes) => {
    client.messages.clear();
    client.send(bytes);
    const error = await client.messages.first((message) => message.op === 'error');
    return `${error.code} ${error.message}`;
  };
  const hex = (text) => Buffer.from(text, 'hex');
  const no = 'bad_message message: is no CBOR that JSON could say: ';
  assert.equal(await refused('{"op":"ping"}'), 'bad_message message: must be binary: CBOR');
  assert.equal(await refused(hex('')), `${no}an end too early`);
  assert.equal(await refused(hex('a1616141ff')), `${no}a byte string`);
  assert.equal(await refused(hex('c11a514b67b0')), `${no}a tag`);
  assert.equal(await refused(hex('a10102')), `${no}a key that is no text`);
  assert.equal(await refused(hex('f97e00')), `${no}an infinite number, or none`);
  assert.equal(await refused(hex('a0a0')), `${no}something behind its end`);
  assert.equal(await refused(hex('61ff')), `${no}a text is not UTF-8`);
  assert.equal(await refused(hex('9bffffffffffffffff')), `${no}an end too early`);
  assert.equal(await refused(hex('9bffffffffffffffffff')), `${no}an end too early`);
  assert.equal(await refused(hex('7bffffffffffffffffff')), `${no}an end too early`);
  assert.equal(await refused(hex('3bffffffffffffffff')), `${no}a whole number below -2^63`);
  assert.equal(await refused(Buffer.alloc(500_000, 0x81)), `${no}more than 64 levels`);
  assert.match(await refused(hex('80')), /^not_object /);
  await client.tell({ op: 'subscribe', match: 'x' });
  await relay.publish(seedEvent('x', { n: 1 }));
  assertNumbered(await client.events.count(1), 1, 1);
});

test('an event that a codec has no message for is told as missing', async (t) => {
  const relay = await relayWith(t, [shouting], { log: [/shouting its encode failed: (cannot say that|its text is not UTF-8)/] });
  const client = await ShoutingClient.open(t, relay);
  await client.tell({ op: 'subscribe', match: ['a', 'unsayable', 'garbage', 'mute'] });
  await relay.publish([seedEvent('a'), seedEvent('unsayable'), seedEvent('a'), seedEvent('garbage'), seedEvent('a')]);
  await client.events.count(3);
  const gaps = client.messages.items.filter((message) => message.op === 'gap');
  const offsets = client.events.items.map(offsetOf);
  assert.deepEqual(
    gaps.map(({ skipped, from, to, reason }) => ({ skipped, from, to, reason })),
    [offsets[0] + 1, offsets[1] + 1].map((offset) => ({ skipped: 1, from: offset, to: offset, reason: 'codec_failed' })),
  );
  await relay.publish(seedEvent('mute'));
  assert.deepEqual(await client.end(), { code: 1011, reason: 'no message of this subprotocol says that' });
});

test('a reloaded codec serves who is connected; one that is gone ends their connections', async (t) => {
  const file = path.join(tempDirectory(), 'seneca.json');
  const configure = (plugins) => writeFileSync(file, JSON.stringify({ plugins }));
  configure([shouting]);
  const relay = await startRelay(t, { args: ['-c', file], log: [/reload/] });
  const client = await ShoutingClient.open(t, relay);
  await client.tell({ op: 'subscribe', match: 'a' });
  const reloaded = await run(['plugin', 'reload', 'shouting', '--url', relay.url]);
  assert.equal(reloaded.code, 0, reloaded.stderr);
  await relay.publish(seedEvent('a'));
  await client.events.count(1);
  configure([]);
  relay.ctl.signal('SIGHUP');
  assert.deepEqual(await client.end(), { code: 1012, reason: 'the relay has no such subprotocol any more' });
});
