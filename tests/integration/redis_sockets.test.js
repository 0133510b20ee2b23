// From an emitter through Redis to sockets: what node and Python publish, real clients on two shards hear.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { Emitter } from '@socket.io/redis-emitter';

import { connectedSocketIo, next } from './support/clients.js';
import { Redis, emitFromPython, startListening } from './support/redis.js';
import { eventually } from './support/wait.js';

const routes = JSON.stringify([{ match: ['none'], event: 'none', namespace: '/custom', rooms: ['general'] }]);
const bytes = Buffer.from([0, 1, 255]);

/** Redis, a relay of two shards, and six clients or as many as it takes for both shards to have some. */
async function start(t, options) {
  const redis = await Redis.start(t);
  const relay = await startListening(t, redis, { threads: 2, set: { routes } });
  const connect = () => connectedSocketIo(t, relay, options);
  const sockets = await Promise.all(Array.from({ length: 6 }, connect));
  while ((await relay.stats()).shards.some((shard) => shard.connections === 0)) await connect();
  return { redis, relay, sockets };
}

/** The events that each socket heard since the last call, once "end" has come to all: nothing is on its way any more. */
async function heard(sockets) {
  await Promise.all(sockets.map((socket) => socket.inbox.first((item) => item.event === 'end', 'the end')));
  return sockets.map((socket) => {
    const events = socket.inbox.items.map(({ event }) => event);
    socket.inbox.clear();
    return events.filter((event) => event !== 'end' && event !== 'connection_established').join(' ');
  });
}

for (const transport of ['polling', 'websocket']) {
  describe(`by ${transport},`, () => {
    const options = { transports: [transport] };

    test('the emitter of node reaches rooms, all, and all but some', async (t) => {
      const { redis, sockets } = await start(t, options);
      const emitter = new Emitter(await redis.client(t));
      emitter.in(sockets[0].id).socketsJoin(['red', 'blue']);
      emitter.in([sockets[1].id, sockets[2].id]).socketsJoin('red');
      emitter.to('red').emit('red');
      emitter.to(['red', 'blue']).emit('once');
      emitter.to(sockets[5].id).emit('private');
      emitter.emit('all');
      emitter.except('red').emit('others');
      emitter.to('red').except(['blue', sockets[1].id]).emit('last');
      emitter.of('/custom').emit('elsewhere');
      emitter.emit('end');
      assert.deepEqual(await heard(sockets), [
        'red once all',
        'red once all',
        'red once all last',
        'all others',
        'all others',
        'private all others',
      ]);
      emitter.in('red').except(sockets[0].id).socketsLeave('red');
      emitter.to('red').emit('left');
      emitter.socketsJoin('everybody');
      emitter.to('everybody').emit('joined');
      emitter.emit('end');
      assert.deepEqual(await heard(sockets), ['left joined', ...Array(5).fill('joined')]);
    });

    test('the emitter of node sends any arguments, bytes too, volatile or not', async (t) => {
      const { redis, sockets } = await start(t, options);
      const emitter = new Emitter(await redis.client(t));
      const args = [1, 'zwei', null, { deep: [true, { blob: bytes }] }, bytes];
      emitter.emit('args', ...args);
      emitter.emit('end');
      for (const socket of sockets)
        assert.deepEqual((await socket.inbox.first((item) => item.event === 'args')).args, args);
      await heard(sockets);
      // Volatile is lost where it cannot be written at once, which for a poll is often and for these WebSockets never.
      emitter.volatile.emit('maybe', bytes);
      emitter.emit('end');
      const names = await heard(sockets);
      if (transport === 'websocket') assert.deepEqual(names, Array(6).fill('maybe'));
      else assert.ok(names.every((each) => each === 'maybe' || each === ''), String(names));
    });

    test('the emitter of node disconnects sockets, or whole connections', async (t) => {
      const { redis, relay, sockets } = await start(t, options);
      const custom = sockets.slice(0, 2).map((socket) => socket.io.socket('/custom'));
      await Promise.all(custom.map((socket) => next(socket, 'connect')));
      const before = (await relay.clients()).length;
      const emitter = new Emitter(await redis.client(t));
      let gone = next(sockets[0], 'disconnect');
      emitter.in(sockets[0].id).disconnectSockets();
      assert.equal((await gone)[0], 'io server disconnect');
      const still = next(custom[0], 'still');
      emitter.of('/custom').emit('still');
      await still;
      gone = [sockets[1], custom[1]].map((socket) => next(socket, 'disconnect'));
      emitter.in(sockets[1].id).disconnectSockets(true);
      await Promise.all(gone);
      emitter.emit('end');
      await heard(sockets.slice(2));
      await eventually(async () => (await relay.clients()).length === before - 1, 'one connection has ended');
    });

    test('RedisManager of Python reaches rooms, all, and all but one', async (t) => {
      const { redis, sockets } = await start(t, options);
      for (const i of [0, 1, 2]) assert.equal((await sockets[i].emitWithAck('join', 'red')).ok, true);
      const emit = (event, more) => ['emit', { event, data: null, ...more }];
      await emitFromPython('calls', redis.url, [
        emit('red', { room: 'red' }),
        emit('skipped', { room: 'red', skip_sid: sockets[1].id }),
        emit('private', { room: sockets[5].id }),
        emit('all'),
        emit('elsewhere', { namespace: '/custom' }),
        emit('args', { data: { text: 'ü', blob: { base64: bytes.toString('base64') }, none: null } }),
        ['close_room', { room: 'red' }],
        emit('closed', { room: 'red' }),
        emit('end'),
      ]);
      const { args } = await sockets[3].inbox.first((item) => item.event === 'args');
      assert.deepEqual(args, [{ text: 'ü', blob: bytes, none: null }]);
      assert.deepEqual(await heard(sockets), [
        'red skipped all args',
        'red all args',
        'red skipped all args',
        'all args',
        'all args',
        'private all args',
      ]);
    });

    test('RedisManager of Python disconnects', async (t) => {
      const { redis, sockets } = await start(t, options);
      const gone = next(sockets[0], 'disconnect');
      await emitFromPython('calls', redis.url, [
        ['disconnect', { sid: sockets[0].id }],
        ['emit', { event: 'end', data: null }],
      ]);
      assert.equal((await gone)[0], 'io server disconnect');
      assert.deepEqual(await heard(sockets.slice(1)), Array(5).fill(''));
    });
  });
}
