// What session plugins do for real clients: the shipped echo plugin, and one that does as it is told.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import { io } from 'socket.io-client';
import { io as io45 } from 'socket.io-client-4.5';
import msgpackParser from 'socket.io-msgpack-parser';

import { fixturePlugins } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { patience, within } from './support/wait.js';

const ways = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
  'websocket, msgpack': { transports: ['websocket'], parser: msgpackParser },
  'polling, msgpack': { transports: ['polling'], parser: msgpackParser },
};

const plugin = (name) => JSON.stringify([{ path: name }]);
const fixture = plugin(path.join(fixturePlugins, 'session.so'));

const heard = (socket, name) =>
  within(patience, `the event ${name}`, new Promise((resolve) => socket.once(name, (...args) => resolve(args))));

function connect(t, relay, options, namespace = '/', make = io) {
  const socket = make(relay.url + namespace, { forceNew: true, ...options });
  t.after(() => socket.disconnect());
  return socket;
}

test('the echo plugin answers text, binary and acknowledgements by every way', async (t) => {
  const relay = await startRelay(t, { set: { plugins: plugin('echo'), 'rooms.greeting': false } });
  for (const make of [io, io45]) {
    for (const [way, options] of Object.entries(ways)) {
      await t.test(`${make === io ? '4.8' : '4.5'} by ${way}`, async (t) => {
        const socket = connect(t, relay, { ...options, auth: { token: 'abc' } }, '/', make);
        assert.deepEqual(await heard(socket, 'auth'), [{ token: 'abc' }]);
        const values = [1, 'two', { three: [false, null, 'ü'] }];
        let back = heard(socket, 'message-back');
        socket.emit('message', ...values);
        assert.deepEqual(await back, values);
        back = heard(socket, 'message-back');
        socket.emit('message', Buffer.from([1, 2, 3]), { deep: [Buffer.from('x')] });
        assert.deepEqual(await back, [Buffer.from([1, 2, 3]), { deep: [Buffer.from('x')] }]);
        const acked = await new Promise((resolve) =>
          socket.emit('message-with-ack', 1, Buffer.from([4, 5]), '2', (...args) => resolve(args)));
        assert.deepEqual(acked, [1, Buffer.from([4, 5]), '2']);
      });
    }
  }
});

test('a refused client gets message and data', async (t) => {
  const relay = await startRelay(t, { set: { plugins: fixture } });
  for (const [way, options] of Object.entries(ways)) {
    await t.test(way, async (t) => {
      const auth = { refuse: 'no token', data: '{"retry":[1,2]}' };
      const socket = connect(t, relay, { ...options, auth, reconnection: false });
      const [error] = await heard(socket, 'connect_error');
      assert.equal(error.message, 'no token');
      assert.deepEqual(error.data, { retry: [1, 2] });
    });
  }
});

test('a plugin asks a client and hears its answer, or that none came', async (t) => {
  const relay = await startRelay(t, { set: { plugins: fixture } });
  const socket = connect(t, relay, ways.websocket);
  await heard(socket, 'connect');
  socket.once('question', (value, reply) => reply({ got: value }, Buffer.from('b')));
  let answer = heard(socket, 'answer');
  socket.emit('ask', 'sure?');
  assert.deepEqual(await answer, [{ got: 'sure?' }, Buffer.from('b')]);
  answer = heard(socket, 'silence');
  socket.emit('ask briefly', 'really?');
  assert.deepEqual(await answer, []);
});

test('a client that a plugin sends away stays away; its other namespaces live on', async (t) => {
  const relay = await startRelay(t, { set: { plugins: fixture } });
  const plug = connect(t, relay, ways.websocket, '/plug');
  await heard(plug, 'connect');
  const root = plug.io.socket('/');
  await heard(root, 'connect');
  const gone = heard(root, 'disconnect');
  root.emit('kick', root.id);
  assert.equal((await gone)[0], 'io server disconnect');
  const ended = await plug.emitWithAck('ended');
  assert.ok(['', '/: server namespace disconnect'].includes(ended), ended);
  const over = heard(plug, 'disconnect');
  plug.emit('end');
  assert.equal((await over)[0], 'io server disconnect');
});

test('two shards: each has a plugin of its own, and reload leaves the connected with theirs', async (t) => {
  const relay = await startRelay(t, { set: { plugins: fixture }, threads: 2 });
  const sockets = Array.from({ length: 8 }, () => connect(t, relay, ways.websocket, '/plug'));
  await Promise.all(sockets.map((socket) => heard(socket, 'connect')));
  const { plugins } = await relay.stats();
  assert.equal(plugins.length, 1);
  assert.equal(plugins[0].id, 'org.example.session');
  assert.ok(plugins[0].calls >= 8 * 3, `${plugins[0].calls} calls`);
  const told = sockets.map((socket) => heard(socket, 'told'));
  sockets[0].emit('all', 1, { two: 2 });
  assert.deepEqual(await Promise.all(told), sockets.map(() => [1, { two: 2 }]));
  relay.ctl.signal('SIGHUP');
  for (const socket of sockets) {
    const back = heard(socket, 'echoed');
    socket.emit('echo', socket.id);
    assert.deepEqual(await back, [socket.id]);
  }
});

test('clients without Socket.IO have a path where a plugin answers them, and only there', async (t) => {
  const without = await startRelay(t, { set: { plugins: '[]' } });
  assert.equal((await without.get('/engine.io/?EIO=4&transport=polling')).status, 404);
  const relay = await startRelay(t, { set: { plugins: plugin('echo') } });
  const open = await relay.get('/engine.io/?EIO=4&transport=polling');
  const { sid, upgrades } = JSON.parse(open.text.slice(1));
  assert.deepEqual(upgrades, ['websocket']);
  const path = `/engine.io/?EIO=4&transport=polling&sid=${sid}`;
  assert.equal((await relay.request('POST', path, { body: '4hi\x1ebAQID' })).text, 'ok');
  assert.equal((await relay.get(path)).text, '4hi\x1ebAQID');
  assert.equal((await relay.clients())[0].protocol, 'engineio.polling');
});
