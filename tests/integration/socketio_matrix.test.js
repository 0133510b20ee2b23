// Every client anybody may have, by every transport, on one shard and on several.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { io as newest } from 'socket.io-client';
import { io as older } from 'socket.io-client-4.5';

import { connectedSocketIo, next } from './support/clients.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { eventually, patience, slowness, within } from './support/wait.js';

const clients = { '4.8': newest, 4.5: older };
const ways = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
};
const ask = (socket, ...args) => within(patience, args[0], new Promise((done) => socket.emit(...args, done)));

const upgraded = (socket) =>
  eventually(() => socket.io.engine.transport.name === 'websocket', 'the transport is upgraded');

for (const threads of [1, 2, 4]) {
  describe(`on ${threads} shards`, () => {
    let relay;
    before(async () => {
      relay = await startRelay(null, { threads });
    });
    after(() => relay.stopAlive());

    for (const [version, io] of Object.entries(clients)) {
      for (const [way, options] of Object.entries(ways)) {
        const connect = async (t, more) => connectedSocketIo(t, relay, { io, ...options, ...more });

        test(`socket.io-client ${version} by ${way}: events, rooms, publishing, the end`, async (t) => {
          const socket = await connect(t);
          if (way === 'upgrade') await upgraded(socket);
          await relay.publish(numbered(100, { type: 'agent.step' }));
          await socket.inbox.first((item) => item.data.data?.n === 99, 'the last event');
          assertNumbered(
            socket.inbox.items.slice(1).map((item) => item.data),
            0,
            99,
          );
          assert.equal((await ask(socket, 'join', 'floor')).ok, true);
          await relay.publish(seedEvent('agent.moved', { n: 'floor' }, { room: 'floor' }));
          await socket.inbox.first((item) => item.data.data?.n === 'floor', 'the event of the room');
          const published = await ask(socket, 'publish', 'agent.idle', { n: 'mine' });
          assert.ok(published.offset > 0, JSON.stringify(published));
          await socket.inbox.first((item) => item.data.data?.n === 'mine', 'its own event');
          const id = socket.id;
          socket.disconnect();
          await eventually(
            async () => !(await relay.clients()).some((client) => client.rooms.includes(id)),
            'the relay has forgotten it',
          );
        });
      }

      test(`socket.io-client ${version} loses nothing while it upgrades`, async (t) => {
        const events = 2000;
        const socket = await connect(t, io);
        const all = (async () => {
          for (let from = 0; from < events; from += 20)
            await relay.publish(numbered(20, { type: 'agent.step', from }));
        })();
        await upgraded(socket);
        await all;
        await socket.inbox.first((item) => item.data.data?.n === events - 1, 'the last event');
        const seen = socket.inbox.items.filter((item) => item.event === 'agent_update');
        assertNumbered(
          seen.map((item) => item.data),
          seen[0].data.data.n,
          events - 1,
        );
        assert.equal(seen[0].data.data.n, 0);
      });
    }

    const connect = (t, io) => connectedSocketIo(t, relay, { io, ...ways.upgrade });
  });
}

test('a polling client of a relay that stops finds its successor on the same port', async (t) => {
  const first = await startRelay(t);
  const socket = await connectedSocketIo(t, first, {
    ...ways.polling,
    reconnection: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 200,
  });
  const lost = next(socket, 'disconnect');
  await first.stop();
  assert.match((await lost)[0], /^transport (error|close)$/);
  const back = next(socket, 'connect', 30_000 * slowness);
  const second = await startRelay(t, { port: first.port });
  await back;
  await second.publish(seedEvent('agent.idle', { n: 'after' }));
  await socket.inbox.first((item) => item.data?.data?.n === 'after', 'an event of the new relay');
});
