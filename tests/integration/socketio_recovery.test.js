// Connection state recovery: clients whose connection is lost come back to their rooms and what they missed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { Manager } from 'socket.io-client';
import msgpackParser from 'socket.io-msgpack-parser';

import { next } from './support/clients.js';
import { CutProxy } from './support/cut_proxy.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { Inbox, eventually, patience, slowness, within } from './support/wait.js';

const routes = [
  { match: ['task.**'], event: 'task_update', rooms: ['observers'] },
  { match: ['task.**'], event: 'task_seen', rooms: ['general'] },
  { match: ['custom.**'], event: 'custom_update', namespace: '/custom', rooms: ['general'] },
  { match: ['**'], event: 'other', rooms: ['general'], fallback: true },
];

async function start(t, { threads = 2, window = 60, set = {}, ...options } = {}) {
  const relay = await startRelay(t, {
    threads,
    set: { routes: JSON.stringify(routes), 'server.recovery_window': window, ...set },
    ...options,
  });
  return { relay, proxy: await CutProxy.open(t, relay.port) };
}

/** A connected client behind the proxy, which comes back by itself. */
async function connect(t, proxy, { namespaces = ['/'], ...options } = {}) {
  const manager = new Manager(proxy.url, {
    transports: ['websocket'],
    reconnectionDelay: 5,
    reconnectionDelayMax: 50,
    ...options,
  });
  const sockets = namespaces.map((namespace) => manager.socket(namespace));
  t.after(() => sockets.forEach((socket) => socket.disconnect()));
  for (const socket of sockets) {
    socket.inbox = new Inbox();
    socket.onAny((event, ...args) => socket.inbox.push({ event, args, data: args[0] }));
  }
  await Promise.all(sockets.map((socket) => next(socket, 'connect')));
  return namespaces.length === 1 ? sockets[0] : sockets;
}

const arrived = (socket, event) => socket.inbox.items.filter((item) => item.event === event);
const eventsOf = (socket, event) => arrived(socket, event).map((item) => item.data);
const ask = (socket, ...args) =>
  within(patience, `the answer to ${args[0]}`, new Promise((resolve) => socket.emit(...args, resolve)));

/** Resolves when all sockets have lost their connection and are there again, with what each was called. */
async function back(sockets, lose) {
  const ids = sockets.map((socket) => socket.id);
  await Promise.all(
    sockets.map(async (socket) => {
      const connected = next(socket, 'connect', 2 * patience);
      let lost = false;
      socket.once('disconnect', () => (lost = true));
      // A client that polls may be between two requests.
      for (; !lost; await turn()) lose(socket);
      await connected;
    }),
  );
  return ids;
}

function assertRecovered(sockets, ids) {
  for (const [i, socket] of sockets.entries()) {
    assert.equal(socket.recovered, true, `client ${i}`);
    assert.equal(socket.id, ids[i], `the id of client ${i}`);
  }
}

async function post(relay, path, body) {
  const text = JSON.stringify(body);
  const answer = await relay.request('POST', path, {
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    body: text,
  });
  assert.equal(answer.status, 202, answer.text);
}

/** Publishes without a pause until stopped; then tells how many. */
function load(relay, type = 'task.tick') {
  let count = 0;
  let running = true;
  const done = (async () => {
    for (; running; count += 20) await relay.publish(numbered(20, { type, from: count }));
  })();
  return {
    stop: async () => {
      running = false;
      await done;
      return count;
    },
  };
}

for (const threads of [1, 2, 4]) {
  test(`${threads} threads: under a steady load nothing comes twice, and nothing is lost`, async (t) => {
    const { relay } = await start(t, { threads });
    const ways = [{}, {}, {}, { transports: ['polling'] }, { parser: msgpackParser }, {}, { transports: ['polling', 'websocket'] }];
    const proxies = await Promise.all(ways.map(() => CutProxy.open(t, relay.port)));
    const sockets = await Promise.all(ways.map((way, i) => connect(t, proxies[i], way)));
    const publishing = load(relay);
    const rounds = 6;
    for (let round = 0; round < rounds; ++round) {
      await Promise.all(
        sockets.map((socket) => {
          const seen = arrived(socket, 'task_update').length;
          return socket.inbox.when(() => arrived(socket, 'task_update').length > seen, 'more events');
        }),
      );
      // Every second time the relay does not notice that they are gone.
      const lose = (socket) => {
        const proxy = proxies[sockets.indexOf(socket)];
        return round % 2 === 0 ? proxy.cut() : proxy.forsake();
      };
      assertRecovered(sockets, await back(sockets, lose));
    }
    const count = await publishing.stop();
    for (const socket of sockets) {
      const last = (items) => items.some((item) => item.event === 'task_seen' && item.data.data.n === count - 1);
      await socket.inbox.when(last, 'the last event', 2 * patience);
      for (const event of ['task_update', 'task_seen']) assertNumbered(eventsOf(socket, event), 0, count - 1, event);
      const names = socket.inbox.items.map((item) => item.event).filter((name) => name.startsWith('task'));
      assert.deepEqual(names.slice(0, 4), ['task_update', 'task_seen', 'task_update', 'task_seen']);
      assert.equal(arrived(socket, 'gap').length, 0);
    }
    const { recovery } = await relay.stats();
    assert.deepEqual(recovery, {
      records: 0,
      recovered: rounds * sockets.length,
      not_recovered: 0,
      forgotten: 0,
    });
  });
}

describe('a client that comes back', () => {
  test('is in its rooms, has its subscriptions, and gets what came to either', async (t) => {
    const { relay, proxy } = await start(t);
    const socket = await connect(t, proxy);
    assert.deepEqual(await ask(socket, 'join', 'mine'), { ok: true });
    assert.deepEqual(await ask(socket, 'subscribe', 'metric.*'), { ok: true });
    proxy.refusing = true;
    const lost = next(socket, 'disconnect');
    const returned = next(socket, 'connect', 2 * patience);
    const { id } = socket;
    proxy.cut();
    await lost;
    await relay.publish([
      seedEvent('x', { n: 0 }, { room: 'mine' }),
      seedEvent('metric.cpu', { n: 1 }),
      seedEvent('x', { n: 2 }, { room: 'elsewhere' }),
    ]);
    await post(relay, '/api/v1/sockets/join', { rooms: [id], join: ['given'] });
    await relay.publish([seedEvent('x', { n: 3 }, { room: 'given' })]);
    await post(relay, '/api/v1/emit', {
      rooms: [id],
      event: 'bytes',
      args: [{ _placeholder: true, num: 0 }, 'text'],
      attachments: [Buffer.from([1, 2, 3]).toString('base64')],
    });
    await post(relay, '/api/v1/emit', { rooms: [id], event: 'fleeting', args: ['now'], volatile: true });
    proxy.refusing = false;
    await returned;
    assertRecovered([socket], [id]);
    await relay.publish([seedEvent('x', { n: 4 }, { room: 'mine' }), seedEvent('metric.cpu', { n: 5 })]);
    await socket.inbox.first((item) => item.event === 'event' && item.data.data.n === 5, 'the last event');
    const got = socket.inbox.items
      .filter((item) => item.event !== 'connection_established')
      .map((item) => [item.event, item.data.data?.n ?? Buffer.from(item.data).join()]);
    assert.deepEqual(got, [
      ['other', 0],
      ['other', 1],
      ['event', 1],
      ['other', 3],
      ['bytes', '1,2,3'],
      ['other', 4],
      ['other', 5],
      ['event', 5],
    ]);
    assert.deepEqual(arrived(socket, 'bytes')[0].args.slice(1, -1), ['text']);
  });

  test('has all of its namespaces', async (t) => {
    const { relay, proxy } = await start(t, { threads: 4 });
    const sockets = await connect(t, proxy, { namespaces: ['/', '/custom'] });
    await relay.publish([...numbered(1, { type: 'task.x' }), ...numbered(1, { type: 'custom.x' })]);
    await Promise.all([sockets[0].inbox.first((item) => item.event === 'task_seen'), sockets[1].inbox.first((item) => item.event === 'custom_update')]);
    assertRecovered(sockets, await back(sockets, () => proxy.cut()));
    await relay.publish([...numbered(1, { type: 'task.x', from: 1 }), ...numbered(1, { type: 'custom.x', from: 1 })]);
    await sockets[0].inbox.first((item) => item.event === 'task_seen' && item.data.data.n === 1);
    await sockets[1].inbox.first((item) => item.event === 'custom_update' && item.data.data.n === 1);
    assertNumbered(eventsOf(sockets[0], 'task_update'), 0, 1);
    assertNumbered(eventsOf(sockets[1], 'custom_update'), 0, 1);
  });

  test('needs not have received anything before', async (t) => {
    const { relay, proxy } = await start(t, { set: { 'rooms.greeting': false } });
    const socket = await connect(t, proxy);
    proxy.refusing = true;
    const lost = next(socket, 'disconnect');
    const returned = next(socket, 'connect', 2 * patience);
    const { id } = socket;
    proxy.cut();
    await lost;
    await relay.publish(numbered(3, { type: 'task.x' }));
    proxy.refusing = false;
    await returned;
    assertRecovered([socket], [id]);
    await socket.inbox.count(6, 'what it missed');
    assertNumbered(eventsOf(socket, 'task_update'), 0, 2);
  });

  test('gets more than may wait for one client at once', async (t) => {
    const { relay, proxy } = await start(t, { set: { 'performance.message_queue_size': 50 } });
    const socket = await connect(t, proxy);
    proxy.refusing = true;
    const lost = next(socket, 'disconnect');
    const returned = next(socket, 'connect', 2 * patience);
    proxy.cut();
    await lost;
    for (let from = 0; from < 4000; from += 500) await relay.publish(numbered(500, { type: 'task.x', from }));
    proxy.refusing = false;
    await returned;
    assert.equal(socket.recovered, true);
    const last = (items) => items.some((item) => item.event === 'task_seen' && item.data.data.n === 3999);
    await socket.inbox.when(last, 'the last event', 30_000 * slowness);
    assertNumbered(eventsOf(socket, 'task_update'), 0, 3999);
    assert.equal(arrived(socket, 'gap').length, 0);
  });
});

for (const threads of [1, 2]) {
  test(`${threads} threads: a client gets from the journal what memory no longer holds, while more comes`, async (t) => {
    const { relay, proxy } = await start(t, { threads, set: { 'journal.memory.events': 100 } });
    const ways = [{}, { transports: ['polling'] }, { parser: msgpackParser }];
    const sockets = await Promise.all(ways.map((way) => connect(t, proxy, way)));
    const ids = sockets.map((socket) => socket.id);
    const lost = sockets.map((socket) => next(socket, 'disconnect'));
    const returned = sockets.map((socket) => next(socket, 'connect', 2 * patience));
    proxy.refusing = true;
    proxy.cut();
    await Promise.all(lost);
    const count = 5000;
    for (let from = 0; from < count; from += 500) await relay.publish(numbered(500, { type: 'task.x', from }));
    await post(relay, '/api/v1/emit', { namespace: '/', event: 'emitted', args: [7] });
    const publishing = load(relay, 'task.more');
    proxy.refusing = false;
    await Promise.all(returned);
    const more = await publishing.stop();
    assertRecovered(sockets, ids);
    for (const socket of sockets) {
      const last = (items) => items.some((item) => item.event === 'task_seen' && item.data.type === 'task.more' && item.data.data.n === more - 1);
      await socket.inbox.when(last, 'the last event', 30_000 * slowness);
      for (const event of ['task_update', 'task_seen']) {
        const events = eventsOf(socket, event);
        assertNumbered(events.slice(0, count), 0, count - 1);
        assertNumbered(events.slice(count), 0, more - 1);
      }
      assert.deepEqual(eventsOf(socket, 'emitted'), [7]);
      assert.equal(arrived(socket, 'gap').length, 0);
    }
    assert.equal((await relay.stats()).recovery.not_recovered, 0);
  });
}

test('what a page gets from the journal has the shapes of its views', async (t) => {
  const { relay, proxy } = await start(t, {
    threads: 1,
    set: { plugins: JSON.stringify([{ path: 'marcus-ui' }]), 'journal.memory.events': 10, routes: JSON.stringify([{ match: ['**'], event: 'agent_update', rooms: ['observers'] }]) },
  });
  const [here, away] = await Promise.all([connect(t, await CutProxy.open(t, relay.port)), connect(t, proxy)]);
  const lost = next(away, 'disconnect');
  const returned = next(away, 'connect', 2 * patience);
  proxy.refusing = true;
  proxy.cut();
  await lost;
  const count = 200;
  for (let n = 0; n < count; ++n)
    await relay.publish([{ type: 'agent.status.changed', subject: 'agent:a1', data: { agent_id: 'a1', status: n % 2 ? 'idle' : 'working', n } }]);
  proxy.refusing = false;
  await returned;
  assert.equal(away.recovered, true);
  await Promise.all([here, away].map((socket) => socket.inbox.when(() => eventsOf(socket, 'agent_update').length === count, 'all of it')));
  assert.deepEqual(eventsOf(away, 'agent_update'), eventsOf(here, 'agent_update'));
  assert.ok(!('metadata' in eventsOf(here, 'agent_update')[0]), 'a view, not the event itself');
});

describe('a client begins anew', () => {
  const lostFor = async (socket, proxy, meanwhile) => {
    const lost = next(socket, 'disconnect');
    const returned = next(socket, 'connect', 2 * patience);
    proxy.refusing = true;
    proxy.cut();
    await lost;
    await meanwhile();
    proxy.refusing = false;
    await returned;
  };

  test('when it was away too long', async (t) => {
    const { relay, proxy } = await start(t, { window: 0.2 });
    const socket = await connect(t, proxy);
    const { id } = socket;
    await lostFor(socket, proxy, () =>
      eventually(async () => (await relay.stats()).recovery.records === 0, 'no record is left'),
    );
    assert.ok(!socket.recovered);
    assert.notEqual(socket.id, id);
    assert.equal((await relay.stats()).recovery.not_recovered, 1);
    // From there on it may come back again.
    assertRecovered([socket], await back([socket], () => proxy.cut()));
  });

  test('when it missed more than is kept', async (t) => {
    const set = { 'journal.engine': 'memory', 'journal.memory.events': 100 };
    const { relay, proxy } = await start(t, { set });
    const socket = await connect(t, proxy);
    await lostFor(socket, proxy, async () => {
      for (let i = 0; i < 10; ++i) await relay.publish(numbered(50, { type: 'task.x', from: 50 * i }));
    });
    assert.ok(!socket.recovered);
  });

  test('when it left, or was sent away', async (t) => {
    const { relay, proxy } = await start(t);
    const socket = await connect(t, proxy);
    const ids = new Set([socket.id]);
    socket.disconnect();
    const again = next(socket, 'connect');
    socket.connect();
    await again;
    assert.ok(!socket.recovered);
    ids.add(socket.id);
    const sent = next(socket, 'disconnect');
    await post(relay, '/api/v1/sockets/disconnect', { rooms: [socket.id] });
    await sent;
    const third = next(socket, 'connect');
    socket.connect();
    await third;
    assert.ok(!socket.recovered);
    ids.add(socket.id);
    assert.equal(ids.size, 3);
  });

  test('while recovery is off, and events have no more arguments than ever', async (t) => {
    const { relay, proxy } = await start(t, { window: 0 });
    const socket = await connect(t, proxy);
    const [id] = await back([socket], () => proxy.cut());
    assert.ok(!socket.recovered);
    assert.notEqual(socket.id, id);
    assert.equal(socket._pid, undefined);
    await relay.publish(numbered(1, { type: 'task.x' }));
    assert.equal((await socket.inbox.first((item) => item.event === 'task_update')).args.length, 1);
  });
});
