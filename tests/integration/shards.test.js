// However many threads serve, every client gets every event once and in order.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PlainClient, StreamClient, connectedSocketIo } from './support/clients.js';
import { assertNumbered, numbered } from './support/events.js';
import { startRelay } from './support/relay.js';
import { slowness } from './support/wait.js';

for (const threads of [1, 2, 4]) {
  test(`${threads} threads, 50 clients of three protocols`, async (t) => {
    const relay = await startRelay(t, { threads });
    assert.deepEqual(relay.facts.shards, [String(threads)]);
    const sockets = await Promise.all(Array.from({ length: 20 }, () => connectedSocketIo(t, relay)));
    const plain = await Promise.all(
      Array.from({ length: 20 }, () => PlainClient.open(t, relay.ws('/ws?match=agent.*'))),
    );
    const streams = await Promise.all(
      Array.from({ length: 10 }, () => StreamClient.open(t, relay, '?match=agent.*')),
    );
    const stats = await relay.stats();
    assert.equal(
      stats.shards.reduce((sum, shard) => sum + shard.connections, 0),
      stats.connections.current,
    );
    assert.deepEqual([stats.connections.socketio, stats.connections.ws, stats.connections.sse], [20, 20, 10]);

    // Four publishers at once, each with its own numbers.
    const count = 200;
    await Promise.all(
      [0, 1, 2, 3].map(async (publisher) => {
        for (let from = 0; from < count; from += 20)
          await relay.publish(numbered(20, { type: 'agent.tick', from: 10_000 * publisher + from }));
      }),
    );
    const total = 4 * count;
    const received = [];
    for (const socket of sockets) {
      const items = await socket.inbox.count(total + 1, 'all events', 30_000 * slowness);
      received.push(items.slice(1).map((item) => item.data));
    }
    for (const client of plain)
      received.push(await client.events.count(total, 'all events', 30_000 * slowness));
    for (const stream of streams) {
      const items = await stream.events.count(total, 'all events', 30_000 * slowness);
      received.push(items.map((item) => item.json));
    }
    const order = received[0].map((event) => event.data.n);
    for (const events of received) {
      assert.deepEqual(
        events.map((event) => event.data.n),
        order,
        'all clients see one order',
      );
      for (const publisher of [0, 1, 2, 3]) {
        const own = events.filter((event) => Math.floor(event.data.n / 10_000) === publisher);
        assertNumbered(own, 10_000 * publisher, 10_000 * publisher + count - 1, `publisher ${publisher}`);
      }
    }
  });
}

test('what comes while a long flush is under way is not forgotten, and the relay still stops', async (t) => {
  // One write per message to many clients: a flush lasts longer than the next events take to come, and a small
  // queue makes the shard leave some of them for later.
  const set = { 'server.threads': 1, 'performance.batch_messages': false, 'performance.message_queue_size': 8 };
  const relay = await startRelay(t, { set });
  const clients = await Promise.all(
    Array.from({ length: 150 }, () => PlainClient.open(t, relay.ws('/ws?match=many'))),
  );
  for (let from = 0; from < 400; from += 20)
    await Promise.all([0, 5, 10, 15].map((more) => relay.publish(numbered(5, { type: 'many', from: from + more }))));
  await relay.publish(numbered(1, { type: 'many', from: 9999 }));
  const isLast = (event) => event.data?.n === 9999;
  await Promise.all(clients.map((client) => client.events.first(isLast, 'the last event', 30_000 * slowness)));
  await relay.stop();
});
