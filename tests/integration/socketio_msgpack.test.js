// socket.io-client with `parser: msgpackParser`, by every transport, and what nobody should send that way.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

import { io as older } from 'socket.io-client-4.5';
import msgpackParser from 'socket.io-msgpack-parser';

import { connectedSocketIo, next, socketIo } from './support/clients.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { frame, opcode, openEngineIo, textFrame } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { eventually, patience, within } from './support/wait.js';

// The encoder that the parser uses.
const require = createRequire(import.meta.url);
const notepack = createRequire(require.resolve('socket.io-msgpack-parser'))('notepack.io');

const ways = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
};
const ask = (socket, ...args) => within(patience, args[0], new Promise((done) => socket.emit(...args, done)));
const updates = (socket) => socket.inbox.items.filter((item) => item.event === 'agent_update');

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stopAlive());

const connect = (t, options) => connectedSocketIo(t, relay, { parser: msgpackParser, ...options });

for (const [way, options] of Object.entries(ways)) {
  describe(`with the msgpack parser by ${way}`, () => {
    test('events come in order, rooms are joined, events published', async (t) => {
      const socket = await connect(t, options);
      if (way === 'upgrade')
        await eventually(() => socket.io.engine.transport.name === 'websocket', 'the transport is upgraded');
      await relay.publish(numbered(100, { type: 'agent.step' }));
      await socket.inbox.first((item) => item.data.data?.n === 99, 'the last event');
      assertNumbered(
        updates(socket).map((item) => item.data),
        0,
        99,
      );
      assert.deepEqual(await ask(socket, 'join', 'floor'), { ok: true });
      await relay.publish(seedEvent('agent.moved', { n: 'floor' }, { room: 'floor' }));
      await socket.inbox.first((item) => item.data.data?.n === 'floor', 'the event of the room');
      const numbers = [0, -1, 1.5, 2 ** 40, -(2 ** 40), 1e-300];
      const data = { n: 'mine', text: 'é\n"\u{1f600}', numbers, none: null };
      const published = await ask(socket, 'publish', 'agent.idle', data);
      assert.ok(published.offset > 0, JSON.stringify(published));
      const back = await socket.inbox.first((item) => item.data.data?.n === 'mine', 'its own event');
      assert.deepEqual(back.data.data, data);
      assert.equal((await ask(socket, 'dance')).code, 'unknown_event');
      const id = socket.id;
      socket.disconnect();
      await eventually(
        async () => !(await relay.clients()).some((client) => client.rooms.includes(id)),
        'the relay has forgotten it',
      );
    });

    test('a namespace that is not there is refused, with the reason', async (t) => {
      const socket = socketIo(t, relay, { parser: msgpackParser, namespace: '/nowhere', ...options });
      const [error] = await next(socket, 'connect_error');
      assert.equal(error.message, 'Invalid namespace');
    });

    test('binary values and dates do not end the conversation', async (t) => {
      const socket = await connect(t, options);
      const when = new Date();
      const answers = await Promise.all([
        ask(socket, 'join', Buffer.from([1, 2, 3]), [new Uint8Array([4]).buffer]),
        ask(socket, 'publish', 'agent.idle', { n: 'dated', when, gone: undefined }),
      ]);
      assert.equal(answers[0].ok, false);
      assert.equal(answers[1].ok, true, JSON.stringify(answers[1]));
      const event = await socket.inbox.first((item) => item.data.data?.n === 'dated', 'its event');
      assert.deepEqual(event.data.data, { n: 'dated', when: when.toISOString(), gone: null });
    });
  });
}

test('no event is lost while a client upgrades', async (t) => {
  const events = 2000;
  const socket = await connect(t, ways.upgrade);
  const all = (async () => {
    for (let from = 0; from < events; from += 20)
      await relay.publish(numbered(20, { type: 'agent.step', from }));
  })();
  await eventually(() => socket.io.engine.transport.name === 'websocket', 'the transport is upgraded');
  await all;
  await socket.inbox.first((item) => item.data.data?.n === events - 1, 'the last event');
  assertNumbered(
    updates(socket).map((item) => item.data),
    0,
    events - 1,
  );
});

test('clients with and without the parser, old and new, compressing or not, hear the same', async (t) => {
  const sockets = await Promise.all([
    connect(t, {}),
    connect(t, { io: older }),
    connect(t, { perMessageDeflate: { threshold: 0 } }),
    connectedSocketIo(t, relay),
  ]);
  await relay.publish(numbered(50, { type: 'agent.step', pad: 400 }));
  await Promise.all(
    sockets.map((socket) => socket.inbox.first((item) => item.data.data?.n === 49, 'the last event')),
  );
  assert.equal(updates(sockets[3]).length, 50);
  for (const socket of sockets) assert.deepEqual(updates(socket), updates(sockets[3]));
});

test('a heartbeat is text, and keeps the connection', async (t) => {
  const quick = await startRelay(t, { set: { 'server.ping_interval': 1, 'server.ping_timeout': 1 } });
  const socket = await connectedSocketIo(t, quick, { parser: msgpackParser });
  for (let i = 0; i < 3; ++i) await next(socket.io.engine, 'ping');
  assert.deepEqual(await ask(socket, 'join', 'floor'), { ok: true });
});

describe('the connection is closed on', () => {
  const packet = (value) => notepack.encode(value);
  const event = packet({ type: 2, data: ['join', 'x'], nsp: '/', id: 1 });
  const connected = packet({ type: 0, nsp: '/' });
  const bad = {
    nothing: Buffer.alloc(0),
    'a byte that begins no value': Buffer.from([0xc1]),
    'an array': packet([2]),
    'a packet cut short': event.subarray(0, -1),
    'a packet with a tail': Buffer.concat([event, Buffer.from([0])]),
    'an unknown type': packet({ type: 5, data: ['x'], nsp: '/' }),
    'a packet without namespace': packet({ type: 2, data: ['x'] }),
    'a namespace that hides another field': packet({ type: 2, data: ['x'], nsp: '/,7' }),
    'a negative id': packet({ type: 2, data: ['x'], nsp: '/', id: -1 }),
    'data that is a number': packet({ type: 2, data: 5, nsp: '/' }),
    'a reserved name': packet({ type: 2, data: ['connect'], nsp: '/' }),
    'a second CONNECT': connected,
    'a CONNECT_ERROR of the client': packet({ type: 4, data: { message: 'x' }, nsp: '/' }),
    'eleven attachments': packet({ type: 2, data: ['x', ...Array(11).fill(Buffer.from('x'))], nsp: '/' }),
    'an extension of unknown type': Buffer.concat([
      packet({ type: 2, nsp: '/', data: ['x', 0] }).subarray(0, -1),
      Buffer.from([0xd4, 1, 0]),
    ]),
    'a length beyond the message': Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]),
    'endless nesting': Buffer.alloc(100_000, 0x91),
  };

  for (const [what, bytes] of Object.entries(bad)) {
    test(what, async (t) => {
      const socket = await openEngineIo(t, relay);
      socket.send(frame(opcode.binary, connected));
      await socket.frames.first((item) => item.code === opcode.binary, 'the answer to CONNECT');
      socket.send(frame(opcode.binary, bytes));
      assert.equal(await socket.closeCode(), 1002);
    });
  }

  test('text', async (t) => {
    const socket = await openEngineIo(t, relay);
    socket.send(frame(opcode.binary, connected));
    socket.send(textFrame('42["join","x"]'));
    assert.equal(await socket.closeCode(), 1002);
  });

  test('bad bytes by polling', async () => {
    const endpoint = '/socket.io/?EIO=4&transport=polling';
    const { sid } = JSON.parse((await relay.get(endpoint)).text.slice(1));
    const body = `b${Buffer.from([0xc1]).toString('base64')}`;
    const answer = await relay.request('POST', `${endpoint}&sid=${sid}`, { body });
    assert.equal(answer.status, 400);
    assert.equal((await relay.get(`${endpoint}&sid=${sid}`)).status, 400);
  });
});
