// What goes compressed over WebSockets: permessage-deflate with the clients people use, and seneca.v1.zstd.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';

import { PlainClient, connectedSocketIo } from './support/clients.js';
import { seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { Inbox, slowness } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

const sentence = 'The agent has taken the task and reports its progress, in words that come again. ';

/** Events of all sizes, below and above what is worth compressing. */
function mixed(type) {
  const sizes = [0, 1, 3, 5, 20, 100, 700];
  return sizes.map((count, n) => seedEvent(type, { n, text: sentence.repeat(count), word: 'příliš žluťoučký' }));
}

/** As it came over the wire. */
class Listener extends PlainClient {
  texts = new Inbox();

  static async open(t, path, perMessageDeflate) {
    const listener = new Listener(relay.ws(path), undefined, { perMessageDeflate });
    t.after(() => listener.socket.terminate());
    listener.socket.on('message', (bytes) => listener.texts.push(bytes.toString()));
    await listener.opened;
    return listener;
  }

  get bytesRead() {
    return this.socket._socket.bytesRead;
  }
}

describe('permessage-deflate with the client ws', () => {
  test('two who compress and one who does not get equal events', async (t) => {
    for (const format of ['cloudevents', 'seed']) {
      const path = `/ws?match=equal-${format}&format=${format}`;
      const clients = [
        await Listener.open(t, path, true),
        await Listener.open(t, path, { serverMaxWindowBits: 12, clientMaxWindowBits: 10 }),
        await Listener.open(t, path, false),
      ];
      assert.deepEqual(
        clients.map((client) => client.socket.extensions),
        ['permessage-deflate', 'permessage-deflate', ''],
      );
      const events = mixed(`equal-${format}`);
      for (let round = 0; round < 3; ++round) await relay.publish(events);
      const [first, second, plain] = await Promise.all(
        clients.map((client) => client.texts.count(3 * events.length)),
      );
      assert.deepEqual(first, plain);
      assert.deepEqual(second, plain);
      assert.deepEqual(
        plain.slice(0, events.length).map((text) => JSON.parse(text).data.text.length),
        events.map((event) => event.data.text.length),
      );
      assert.ok(clients[0].bytesRead < clients[2].bytesRead / 10, 'it was compressed');
      assert.equal(clients[0].bytesRead - clients[1].bytesRead < 200, true);
    }
  });

  test('a window smaller than the relay keeps is not agreed on', async (t) => {
    const client = await Listener.open(t, '/ws?match=none', { serverMaxWindowBits: 10 });
    assert.equal(client.socket.extensions, '');
  });

  test('what a client compresses is taken in, message after message', async (t) => {
    const reader = await PlainClient.open(t, relay.ws('/ws?match=taken'));
    const writer = await PlainClient.open(t, relay.ws('/ws?match=none'), {
      perMessageDeflate: { threshold: 0 },
    });
    const events = mixed('taken');
    for (const event of [...events, ...events]) writer.send(event);
    const taken = await reader.events.count(2 * events.length);
    assert.deepEqual(
      taken.map((event) => event.data),
      [...events, ...events].map((event) => event.data),
    );
  });

  test('the past is no different from what came live', async (t) => {
    const events = mixed('past');
    const live = await Listener.open(t, '/ws?match=past', true);
    await relay.publish(events);
    const late = await Listener.open(t, `/ws?match=past&last=${events.length}`, true);
    assert.deepEqual(await late.texts.count(events.length), await live.texts.count(events.length));
  });

  test('it can be switched off', async (t) => {
    const off = await startRelay(t, { threads: 1, set: { 'performance.compression': false } });
    const client = await PlainClient.open(t, off.ws('/ws?match=off'), { perMessageDeflate: true });
    assert.equal(client.socket.extensions, '');
    await off.publish(mixed('off'));
    await client.events.count(mixed('off').length);
  });
});

describe('permessage-deflate with socket.io-client', () => {
  test('two who compress and one who does not get equal events', async (t) => {
    const sockets = [];
    for (const perMessageDeflate of [{ threshold: 0 }, true, false])
      sockets.push(await connectedSocketIo(t, relay, { perMessageDeflate }));
    const wires = sockets.map((socket) => socket.io.engine.transport.ws);
    assert.deepEqual(
      wires.map((wire) => wire.extensions),
      ['permessage-deflate', 'permessage-deflate', ''],
    );
    const events = mixed('agent.compressed');
    await relay.publish(events);
    const [first, second, plain] = await Promise.all(
      sockets.map((socket) =>
        socket.inbox.when((items) => {
          const mine = items.filter((item) => item.data.data?.word);
          return mine.length === events.length && mine.map((item) => [item.event, item.data]);
        }, 'the events'),
      ),
    );
    assert.deepEqual(first, plain);
    assert.deepEqual(second, plain);
    assert.ok(wires[0]._socket.bytesRead < wires[2]._socket.bytesRead / 10);
  });

  test('what a client emits compressed is answered', async (t) => {
    const socket = await connectedSocketIo(t, relay, { perMessageDeflate: { threshold: 0 } });
    for (const event of [...mixed('emitted'), ...mixed('emitted')]) {
      const answer = await socket.timeout(10_000 * slowness).emitWithAck('publish', event);
      assert.equal(answer.ok, true, JSON.stringify(answer));
    }
  });
});

/** Node learnt zstd only in version 22. */
function zstd(...args) {
  return (input) => {
    const { status, stdout, stderr } = spawnSync('zstd', ['-q', '-c', ...args], { input });
    assert.equal(status, 0, stderr.toString());
    return stdout;
  };
}
const compress = zstd();
const decompress = zstd('-d');

describe('with seneca.v1.zstd', () => {
  class ZstdClient {
    messages = new Inbox();

    static async open(t, options = {}) {
      const client = new ZstdClient();
      client.plain = new PlainClient(relay.ws('/ws'), 'seneca.v1.zstd', options);
      client.socket = client.plain.socket;
      t.after(() => client.socket.terminate());
      client.socket.removeAllListeners('message');
      client.socket.on('message', (bytes, binary) => {
        client.messages.push({ binary, ...JSON.parse(decompress(bytes).toString()) });
      });
      await client.plain.opened;
      await client.messages.first((message) => message.op === 'hello', 'hello');
      return client;
    }

    reply(id) {
      return this.messages.first((message) => message.id === id, `the reply to ${id}`);
    }
  }

  test('both sides speak zstd, and a client may speak text', async (t) => {
    const client = await ZstdClient.open(t);
    assert.equal(client.socket.protocol, 'seneca.v1.zstd');
    client.socket.send(compress(JSON.stringify({ op: 'subscribe', match: 'zstd', id: 1 })));
    assert.equal((await client.reply(1)).ok, true);
    const events = mixed('zstd');
    client.socket.send(JSON.stringify({ op: 'publish', events, id: 2 }));
    assert.equal((await client.reply(2)).accepted, events.length);
    const received = await client.messages.when((items) => {
      const found = items.filter((message) => message.op === 'event');
      return found.length === events.length && found;
    }, 'the events');
    assert.deepEqual(
      received.map((message) => message.event.data),
      events.map((event) => event.data),
    );
    assert.ok(client.messages.items.every((message) => message.binary));
    assert.equal((await relay.clients()).filter((each) => each.protocol === 'ws.v1.zstd').length, 1);
  });

  test('it is not compressed twice', async (t) => {
    const client = await ZstdClient.open(t, { perMessageDeflate: true });
    assert.equal(client.socket.extensions, '');
  });

  test('bad zstd and a bomb are answered with an error', async (t) => {
    const client = await ZstdClient.open(t);
    client.socket.send(Buffer.from('no zstd'));
    await client.messages.first((message) => message.code === 'bad_zstd', 'bad_zstd');
    client.socket.send(compress(Buffer.alloc(50_000_000)));
    await client.messages.first((message) => message.code === 'body_too_large', 'body_too_large');
    client.socket.send(compress(JSON.stringify({ op: 'ping', id: 5 })));
    assert.equal((await client.reply(5)).ok, true);
  });
});
