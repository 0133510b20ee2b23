// The Socket.IO Admin UI: what @socket.io/admin-ui's page expects, spoken by socket.io-client.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import msgpackParser from 'socket.io-msgpack-parser';

import { PlainClient, connectedSocketIo, next, socketIo } from './support/clients.js';
import { startRelay } from './support/relay.js';
import { eventually, patience, within } from './support/wait.js';

// bcrypt of "correct horse", at the least cost there is.
const passwordHash = '$2b$04$y37o9venekbwD8/kfy1PUewBP6kpVdnhrnwMT3yO/Kw2ReZS11Gdi';
const auth = { username: 'admin', password: 'correct horse' };
const log = [/a login to the Admin UI with wrong credentials from 127\.0\.0\.1/];

const start = (t, { threads = 2, set = {}, ...options } = {}) =>
  startRelay(t, {
    threads,
    log,
    set: { 'admin_ui.enabled': true, 'admin_ui.password_hash': passwordHash, ...set },
    ...options,
  });

/** The arguments of the next event of this name that has not been looked at. */
async function hears(admin, event, accepts = () => true) {
  const found = await admin.inbox.first(
    (item) => !item.seen && item.event === event && accepts(...item.args),
    event,
  );
  found.seen = true;
  return found.args;
}

const admit = (t, relay, options = {}) =>
  connectedSocketIo(t, relay, { namespace: '/admin', auth, ...options });

async function refusal(t, relay, options) {
  const socket = socketIo(t, relay, { namespace: '/admin', ...options });
  const [error] = await next(socket, 'connect_error');
  return error.message;
}

const isTime = (text) => assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

const names = (admin) => admin.inbox.items.map((item) => item.event);

test('without configuration there is no such namespace', async (t) => {
  const relay = await startRelay(t);
  assert.equal(await refusal(t, relay, { auth }), 'Invalid namespace');
});

test('it asks for a password where others can reach the relay', async (t) => {
  const run = startRelay(t, { args: ['--listen', '0.0.0.0:0', '--insecure'], set: { 'admin_ui.enabled': true } });
  await assert.rejects(run, /admin_ui_open/);
});

test('on loopback it may do without a password, and the relay says so', async (t) => {
  const relay = await start(t, {
    set: { 'admin_ui.password_hash': '' },
    log: [/the Admin UI asks for no password/],
  });
  const admin = await admit(t, relay, { auth: {} });
  await hears(admin, 'all_sockets');
  assert.deepEqual(names(admin).slice(0, 2), ['config', 'all_sockets'], 'and no session');
});

for (const threads of [1, 2]) {
  describe(`on ${threads} shards`, () => {
    let relay;
    before(async () => {
      relay = await start(undefined, { threads });
    });
    after(() => relay.stopAlive());

    test('a login is answered with a session, the features and all sockets, in this order', async (t) => {
      const client = await connectedSocketIo(t, relay, {
        extraHeaders: { cookie: 'secret=1', authorization: 'Bearer secret', 'x-shown': 'yes' },
        query: { color: 'red' },
      });
      const admin = await admit(t, relay);
      await hears(admin, 'all_sockets');
      const [session, config, all] = admin.inbox.items.slice(0, 3);
      assert.deepEqual([session.event, config.event, all.event], ['session', 'config', 'all_sockets']);
      assert.match(session.data, /^[0-9a-f]{16}$/);
      assert.deepEqual(config.args, [
        {
          supportedFeatures: [
            'EMIT',
            'JOIN',
            'LEAVE',
            'DISCONNECT',
            'MJOIN',
            'MLEAVE',
            'MDISCONNECT',
            'AGGREGATED_EVENTS',
            'ALL_EVENTS',
          ],
        },
      ]);
      const shown = all.data.find((socket) => socket.id === client.id);
      const { headers, ...handshake } = shown.handshake;
      assert.deepEqual(
        { ...shown, handshake: undefined },
        {
          id: client.id,
          clientId: client.io.engine.id.slice(0, 12),
          transport: 'websocket',
          nsp: '/',
          data: {},
          handshake: undefined,
          rooms: [client.id, 'general', 'observers'],
        },
      );
      assert.equal(headers['x-shown'], 'yes');
      assert.equal(headers.cookie, '[redacted]');
      assert.equal(headers.authorization, '[redacted]');
      assert.equal(handshake.address, '127.0.0.1');
      assert.equal(handshake.query.color, 'red');
      assert.match(handshake.url, /^\/socket\.io\/\?.*color=red/);
      assert.equal(handshake.secure, false);
      assert.equal(handshake.xdomain, false);
      assert.ok(Math.abs(handshake.issued - Date.now()) < patience);
      isTime(handshake.time);
      const self = all.data.find((socket) => socket.id === admin.id);
      assert.deepEqual([self.nsp, self.rooms], ['/admin', [admin.id]]);
    });

    test('a session from an earlier login is good on every shard, without a new one', async (t) => {
      const first = await admit(t, relay);
      const [sessionId] = await hears(first, 'session');
      for (let i = 0; i < 4; ++i) {
        const admin = await admit(t, relay, { auth: { sessionId } });
        await hears(admin, 'all_sockets');
        assert.ok(!names(admin).includes('session'));
      }
      assert.equal(await refusal(t, relay, { auth: { sessionId: '0'.repeat(16) } }), 'invalid credentials');
    });

    for (const [way, options] of Object.entries({
      'long polling': { transports: ['polling'] },
      'long polling and its upgrade': { transports: ['polling', 'websocket'] },
      msgpack: { parser: msgpackParser },
    })) {
      test(`an admin may come by ${way}`, async (t) => {
        const admin = await admit(t, relay, options);
        const [all] = await hears(admin, 'all_sockets');
        assert.ok(all.some((socket) => socket.id === admin.id));
        const client = await connectedSocketIo(t, relay);
        const [socket] = await hears(admin, 'socket_connected', (each) => each.id === client.id);
        assert.equal(socket.nsp, '/');
      });
    }

    test('sockets come, change their transport and go', async (t) => {
      const admin = await admit(t, relay);
      await hears(admin, 'all_sockets');
      const client = await connectedSocketIo(t, relay, { transports: ['polling', 'websocket'] });
      const { id } = client;
      const [socket, at] = await hears(admin, 'socket_connected', (each) => each.id === id);
      assert.deepEqual(socket.rooms, [id, 'general', 'observers']);
      assert.equal(socket.transport, 'polling');
      isTime(at);
      const rooms = admin.inbox.items.filter((item) => item.event === 'room_joined' && item.args[2] === id);
      assert.deepEqual(
        rooms.map((item) => item.args.slice(0, 3)),
        socket.rooms.map((room) => ['/', room, id]),
      );
      const connected = admin.inbox.items.findIndex((item) => item.data?.id === id);
      for (const room of rooms) assert.ok(admin.inbox.items.indexOf(room) < connected, 'rooms come first');
      assert.deepEqual(await hears(admin, 'socket_updated', (each) => each.id === id), [
        { id, nsp: '/', transport: 'websocket' },
      ]);
      client.disconnect();
      const gone = await hears(admin, 'socket_disconnected', (_, each) => each === id);
      assert.deepEqual(gone.slice(0, 3), ['/', id, 'client namespace disconnect']);
      isTime(gone[3]);
      for (const room of socket.rooms) {
        const left = await hears(admin, 'room_left', (_, name, each) => each === id && name === room);
        isTime(left[3]);
      }
    });

    test('events of clients are shown, those of admins are not', async (t) => {
      const admin = await admit(t, relay);
      await hears(admin, 'all_sockets');
      const client = await connectedSocketIo(t, relay);
      assert.deepEqual(await client.emitWithAck('join', 'tea'), { ok: true });
      const [nsp, id, args, at] = await hears(admin, 'event_received', (_, each) => each === client.id);
      assert.deepEqual([nsp, id, args], ['/', client.id, ['join', 'tea']]);
      isTime(at);
      assert.deepEqual((await hears(admin, 'room_joined', (_, room) => room === 'tea')).slice(0, 3), [
        '/',
        'tea',
        client.id,
      ]);
      admin.emit('emit', '/', 'tea', 'poured', 1, { two: [2] });
      assert.deepEqual((await hears(admin, 'event_sent')).slice(0, 3), [
        '/',
        client.id,
        ['poured', 1, { two: [2] }],
      ]);
      assert.deepEqual((await client.inbox.first((item) => item.event === 'poured')).args, [1, { two: [2] }]);
      assert.ok(admin.inbox.items.every((item) => !/^event_/.test(item.event) || item.args[0] !== '/admin'));
      client.emit('join', 'x'.repeat(10000));
      const [, , long] = await hears(admin, 'event_received', (_, each, what) => what[1] !== 'tea');
      assert.deepEqual(long, ['join', '(10011 bytes)']);
    });

    test('commands act on the clients of all shards', async (t) => {
      const admin = await admit(t, relay);
      const clients = await Promise.all(Array.from({ length: 8 }, () => connectedSocketIo(t, relay)));
      const ids = clients.map((client) => client.id);
      admin.emit('join', '/', 'red');
      for (const id of ids) await hears(admin, 'room_joined', (_, room, each) => room === 'red' && each === id);
      admin.emit('leave', '/', 'red', ids[0]);
      await hears(admin, 'room_left', (_, room, each) => room === 'red' && each === ids[0]);
      admin.emit('emit', '/', 'red', 'to red');
      admin.emit('emit', '/', null, 'to all', 'x');
      await Promise.all(clients.map((client) => client.inbox.first((item) => item.event === 'to all')));
      for (const [i, client] of clients.entries())
        assert.equal(client.inbox.items.some((item) => item.event === 'to red'), i !== 0);
      const gone = Promise.all(clients.slice(1).map((client) => next(client, 'disconnect')));
      admin.emit('_disconnect', '/', false, 'red');
      for (const [reason] of await gone) assert.equal(reason, 'io server disconnect');
      assert.ok(clients[0].connected);
      admin.emit('_disconnect', '/', true, ids[0]);
      await next(clients[0], 'disconnect');
      for (const id of ids) await hears(admin, 'socket_disconnected', (_, each) => each === id);
    });

    test('what a command gets wrong is refused and nothing else', async (t) => {
      const admin = await admit(t, relay);
      await hears(admin, 'config');
      const ask = async (...args) => (await within(patience, 'an answer', admin.emitWithAck(...args))).code;
      assert.equal(await ask('join', 'no-namespace', 'room'), 'bad_namespace');
      assert.equal(await ask('join', '/'), 'missing_field');
      assert.equal(await ask('join', '/', 7), 'bad_field');
      assert.equal(await ask('emit', '/', null), 'bad_field');
      assert.equal(await ask('emit', '/', null, 'connect'), 'bad_event');
      assert.equal(await ask('emit', '/', { a: 1 }, 'x'), 'bad_field');
      assert.equal(await ask('publish', 'task.x', {}), 'unknown_event');
      assert.equal(await ask('emit', '/', null, 'x', Buffer.from('a')), 'binary_unsupported');
      assert.ok(admin.connected);
    });

    test('nothing of it is among the events of others, nor in the log', async (t) => {
      const plain = await PlainClient.open(t, relay.ws('/ws'));
      const since = (await relay.stats()).log.newest + 1;
      const admin = await admit(t, relay);
      await hears(admin, 'all_sockets');
      const client = await connectedSocketIo(t, relay);
      await hears(admin, 'socket_connected', (each) => each.id === client.id);
      await relay.publish({ type: 'last', data: 1 });
      await plain.events.first((event) => event.type === 'last');
      assert.deepEqual(plain.events.items.map((event) => event.type), ['last']);
      const history = (await relay.get(`/api/v1/events?since=${since}`)).json().events;
      assert.deepEqual(history.map((event) => event.type), ['last']);
    });

    test('statistics come every two seconds', async (t) => {
      const admin = await admit(t, relay, { transports: ['polling'] });
      await hears(admin, 'server_stats');
      const client = await connectedSocketIo(t, relay);
      client.disconnect();
      const seen = {};
      await admin.inbox.when(() => {
        for (const item of admin.inbox.items.filter((each) => each.event === 'server_stats' && !each.counted)) {
          item.counted = true;
          for (const event of item.data.aggregatedEvents) {
            assert.equal(event.timestamp % 1000, 0);
            assert.ok(event.count > 0);
            seen[event.subType ? `${event.type} ${event.subType}` : event.type] ??= event.count;
          }
        }
        return ['rawConnection', 'packetsIn', 'packetsOut', 'bytesIn', 'bytesOut'].every((type) => seen[type])
          && Object.keys(seen).some((key) => key.startsWith('rawDisconnection '));
      }, 'statistics of all kinds');
      const stats = admin.inbox.items.filter((item) => item.event === 'server_stats');
      const last = stats.at(-1).data;
      assert.equal(last.serverId, stats[0].data.serverId);
      assert.equal(last.pid, relay.pid);
      assert.equal(typeof last.hostname, 'string');
      assert.ok(last.uptime > 0);
      assert.ok(last.clientsCount >= 1 && last.pollingClientsCount >= 1);
      const counts = Object.fromEntries(last.namespaces.map((each) => [each.name, each.socketsCount]));
      assert.ok(counts['/admin'] >= 1);
      assert.ok(counts['/'] >= 0);
    });

    test('many admins and many sockets see the same', async (t) => {
      const admins = await Promise.all(Array.from({ length: 4 }, () => admit(t, relay)));
      await Promise.all(admins.map((admin) => hears(admin, 'all_sockets')));
      const clients = await Promise.all(Array.from({ length: 20 }, () => connectedSocketIo(t, relay)));
      for (const admin of admins)
        for (const client of clients)
          await hears(admin, 'socket_connected', (each) => each.id === client.id);
      const late = await admit(t, relay);
      const [all] = await hears(late, 'all_sockets');
      const shown = new Set(all.map((socket) => socket.id));
      for (const client of clients) assert.ok(shown.has(client.id));
    });
  });
}

test('wrong credentials are refused, and after five of them all are for a while', async (t) => {
  const relay = await start(t);
  for (const wrong of [undefined, {}, { username: 'admin' }, { password: 7 }, { sessionId: {} }])
    assert.equal(await refusal(t, relay, { auth: wrong }), 'invalid credentials');
  const guesses = [
    { username: 'admin', password: 'wrong' },
    { username: 'Admin', password: auth.password },
    { username: 'admin', password: `${auth.password}\0` },
    { password: auth.password },
    { username: 'admin', password: 'correct' },
  ];
  for (const guess of guesses) assert.equal(await refusal(t, relay, { auth: guess }), 'invalid credentials');
  assert.match(await refusal(t, relay, { auth }), /too many wrong passwords/);
});

test('a client that waits for its login is served in other namespaces', async (t) => {
  const relay = await start(t);
  const client = await connectedSocketIo(t, relay);
  const admin = client.io.socket('/admin', { auth });
  t.after(() => admin.disconnect());
  const [sessionId] = await next(admin, 'session');
  assert.match(sessionId, /^[0-9a-f]{16}$/);
  assert.ok(client.connected);
});

test('read-only admins look and cannot touch', async (t) => {
  const relay = await start(t, { set: { 'admin_ui.read_only': true } });
  const client = await connectedSocketIo(t, relay);
  const admin = await admit(t, relay);
  const [config] = await hears(admin, 'config');
  assert.deepEqual(config, { supportedFeatures: ['AGGREGATED_EVENTS', 'ALL_EVENTS'] });
  for (const command of [
    ['join', '/', 'red'],
    ['leave', '/', 'general'],
    ['emit', '/', null, 'hello'],
    ['_disconnect', '/', true],
  ])
    assert.equal((await admin.emitWithAck(...command)).code, 'read_only');
  assert.ok(client.connected);
  assert.deepEqual((await relay.clients()).find((each) => each.rooms.includes('general')).rooms.slice(1), [
    'general',
    'observers',
  ]);
});

test('in production mode there are numbers only', async (t) => {
  const relay = await start(t, { set: { 'admin_ui.mode': 'production' } });
  const admin = await admit(t, relay);
  const client = await connectedSocketIo(t, relay);
  admin.emit('emit', '/', client.id, 'still works');
  await client.inbox.first((item) => item.event === 'still works');
  client.disconnect();
  await hears(admin, 'server_stats');
  assert.deepEqual([...new Set(names(admin))], ['session', 'config', 'server_stats']);
  assert.ok(!admin.inbox.items[1].data.supportedFeatures.includes('ALL_EVENTS'));
});

test('the namespace may have another name', async (t) => {
  const relay = await start(t, { set: { 'admin_ui.namespace': '/office', 'admin_ui.username': 'ann' } });
  assert.equal(await refusal(t, relay, { auth }), 'Invalid namespace');
  const admin = await admit(t, relay, { namespace: '/office', auth: { ...auth, username: 'ann' } });
  await hears(admin, 'all_sockets');
});

test('a flood of sockets is left out and made good by a fresh list', async (t) => {
  const relay = await start(t, { set: { 'performance.message_queue_size': 20 } });
  const admin = await admit(t, relay);
  await hears(admin, 'all_sockets');
  const clients = await Promise.all(Array.from({ length: 60 }, () => connectedSocketIo(t, relay)));
  await eventually(() => {
    const known = new Set();
    for (const { event, args } of admin.inbox.items) {
      if (event === 'all_sockets') known.clear();
      if (event === 'all_sockets') for (const socket of args[0]) known.add(socket.id);
      if (event === 'socket_connected') known.add(args[0].id);
    }
    return clients.every((client) => known.has(client.id));
  }, 'all sockets are known');
  assert.ok(names(admin).filter((name) => name === 'all_sockets').length > 1);
  await hears(admin, 'server_stats', (stats) => stats.leftOut > 0);
});
