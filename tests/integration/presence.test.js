// rooms.presence: who is in which room, with real clients of every kind, on one shard and on two.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { OpsClient, StreamClient, connectedSocketIo } from './support/clients.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const routes = [
  { match: ['**'], event: 'everything', rooms: ['pages'] },
  { match: ['seneca.presence.**'], filter: "subject == 'room:routed'", event: 'presence', rooms: ['pages'] },
  { match: ['none'], event: 'none', namespace: '/custom', rooms: ['general'] },
];

const short = (event) => {
  const { client, members } = event.data;
  return [event.type.replace('seneca.presence.', ''), client, members];
};

for (const threads of [1, 2]) {
  describe(`presence on ${threads} ${threads === 1 ? 'shard' : 'shards'}`, () => {
    let relay;
    let rooms = 0;
    before(async () => {
      relay = await startRelay(undefined, {
        threads,
        set: { routes: JSON.stringify(routes), 'rooms.presence': '["team-*","routed"]' },
      });
    });
    after(() => relay.stopAlive());

    const freshRoom = () => `team-${rooms++}`;
    const state = async (room, namespace = '/') => {
      const query = `room=${encodeURIComponent(room)}&namespace=${encodeURIComponent(namespace)}`;
      const answer = await relay.get(`/api/v1/presence?${query}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.json();
    };
    const watch = async (t, room) => {
      const watcher = await OpsClient.open(t, relay);
      await watcher.tell({ op: 'subscribe', match: 'seneca.presence.**', filter: `subject == 'room:${room}'` });
      return watcher.events;
    };
    const post = (path, body) =>
      relay.request('POST', path, {
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(JSON.stringify(body)) },
        body: JSON.stringify(body),
      });

    test('joins and leaves come in order, with the members there are', async (t) => {
      const room = freshRoom();
      const events = await watch(t, room);
      const socket = await connectedSocketIo(t, relay);
      const plain = await OpsClient.open(t, relay);
      assert.deepEqual(await socket.emitWithAck('join', room), { ok: true });
      await events.count(2);
      await plain.tell({ op: 'join', room });
      await events.count(3);
      assert.deepEqual(await socket.emitWithAck('leave', room), { ok: true });
      await events.count(4);
      await plain.tell({ op: 'leave', room });
      const all = await events.count(6);
      const { session } = plain.hello;
      assert.deepEqual(all.map(short), [
        ['joined', socket.id, 1],
        ['occupied', socket.id, 1],
        ['joined', session, 2],
        ['left', socket.id, 1],
        ['left', session, 0],
        ['vacated', session, 0],
      ]);
      for (const event of all) {
        assert.equal(event.source, '/presence');
        assert.equal(event.subject, `room:${room}`);
        assert.deepEqual([event.data.namespace, event.data.room], ['/', room]);
      }
      const history = (await relay.get('/api/v1/events?limit=1000&match=seneca.presence.**')).json().events;
      const ofRoom = history.filter((event) => event.subject === `room:${room}`);
      assert.deepEqual(ofRoom.map(short), all.map(short));
    });

    test('who disconnects has left, however it ends', async (t) => {
      const room = freshRoom();
      const events = await watch(t, room);
      const polite = await connectedSocketIo(t, relay);
      const abrupt = await connectedSocketIo(t, relay);
      const polling = await connectedSocketIo(t, relay, { transports: ['polling'] });
      const plain = await OpsClient.open(t, relay);
      const ids = [polite.id, abrupt.id, polling.id, plain.hello.session];
      for (const socket of [polite, abrupt, polling]) await socket.emitWithAck('join', room);
      await plain.tell({ op: 'join', room });
      assert.deepEqual((await state(room)).members.sort(), [...ids].sort());
      polite.disconnect();
      await events.first((event) => event.data.client === ids[0] && event.type.endsWith('left'));
      abrupt.io.engine.transport.ws._socket?.destroy() ?? abrupt.io.engine.transport.ws.terminate();
      await events.first((event) => event.data.client === ids[1] && event.type.endsWith('left'));
      polling.disconnect();
      await events.first((event) => event.data.client === ids[2] && event.type.endsWith('left'));
      plain.socket.terminate();
      await events.first((event) => event.type.endsWith('vacated'));
      assert.deepEqual(
        events.items.map((event) => short(event)[0]),
        ['joined', 'occupied', 'joined', 'joined', 'joined', 'left', 'left', 'left', 'left', 'vacated'],
      );
    });

    test('emissions that join, leave and disconnect count as well', async (t) => {
      const room = freshRoom();
      const events = await watch(t, room);
      const sockets = await Promise.all(Array.from({ length: 4 }, () => connectedSocketIo(t, relay)));
      const ids = sockets.map((socket) => socket.id);
      assert.equal((await post('/api/v1/sockets/join', { rooms: ids, join: [room] })).status, 202);
      await events.count(5);
      assert.deepEqual((await state(room)).members.sort(), [...ids].sort());
      assert.equal((await post('/api/v1/sockets/leave', { rooms: [ids[0]], leave: [room] })).status, 202);
      await events.count(6);
      assert.equal((await post('/api/v1/sockets/disconnect', { rooms: [room] })).status, 202);
      await events.first((event) => event.type.endsWith('vacated'));
      assert.equal((await state(room)).count, 0);
    });

    test('clients ask for the state in their own protocol, and it holds what they did before', async (t) => {
      const room = freshRoom();
      const plain = await OpsClient.open(t, relay);
      await plain.tell({ op: 'join', room });
      const mine = await plain.tell({ op: 'presence', room });
      assert.deepEqual([mine.room, mine.members, mine.count], [room, [plain.hello.session], 1]);
      for (const transports of [['websocket'], ['polling']]) {
        const socket = await connectedSocketIo(t, relay, { transports });
        socket.emit('join', room);
        const answer = await socket.emitWithAck('presence', { room });
        assert.equal(answer.ok, true);
        assert.ok(answer.members.includes(socket.id));
        assert.equal(answer.members.length, answer.count);
        assert.equal(answer.more, undefined);
        const refused = await socket.emitWithAck('presence', { room: 'lobby' });
        assert.equal(refused.code, 'no_presence');
        assert.match(refused.message, /rooms\.presence/);
      }
      const custom = await connectedSocketIo(t, relay, { namespace: '/custom' });
      await custom.emitWithAck('join', room);
      const there = await custom.emitWithAck('presence', room);
      assert.deepEqual(there.members, [custom.id]);
      assert.deepEqual((await state(room, '/custom')).members, [custom.id]);
      assert.equal((await plain.ask({ op: 'presence', room: 'lobby' })).code, 'no_presence');
      assert.equal((await relay.get('/api/v1/presence?room=lobby')).status, 404);
      assert.equal((await relay.get('/api/v1/presence')).status, 400);
      assert.equal((await relay.request('POST', '/api/v1/presence')).status, 405);
    });

    test('a Socket.IO client subscribes to presence, and a route brings it to pages only when it names it', async (t) => {
      const page = await connectedSocketIo(t, relay);
      await page.emitWithAck('join', 'pages');
      const watcher = await connectedSocketIo(t, relay);
      const asked = { match: ['seneca.presence.**'], filter: "subject == 'room:routed'" };
      await watcher.emitWithAck('subscribe', asked);
      await watcher.emitWithAck('join', 'routed');
      await watcher.emitWithAck('leave', 'routed');
      const types = ['joined', 'occupied', 'left', 'vacated'].map((name) => `seneca.presence.${name}`);
      const routed = await page.inbox.when((items) => {
        const found = items.filter((item) => item.event === 'presence');
        return found.length === 4 && found;
      });
      assert.deepEqual(
        routed.map((item) => item.data.type),
        types,
      );
      await relay.publish({ type: 'last.one', data: {} });
      await page.inbox.first((item) => item.event === 'everything' && item.data.type === 'last.one');
      assert.ok(!page.inbox.items.some((item) => item.event === 'everything' && types.includes(item.data.type)));
      const subscribed = await watcher.inbox.when((items) => {
        const found = items.map((item) => item.data?.type).filter((type) => types.includes(type));
        return found.length === 4 && found;
      });
      assert.deepEqual(subscribed, types);
    });

    test('under churn the counts never contradict each other, and the end is the truth', async (t) => {
      const names = Array.from({ length: 4 }, freshRoom);
      const watcher = await OpsClient.open(t, relay);
      await watcher.tell({ op: 'subscribe', match: 'seneca.presence.**' });
      const truth = new Map(names.map((room) => [room, new Set()]));
      const roll = (n) => Math.floor(Math.random() * n);
      const churn = async (n) => {
        const plain = n % 2 === 0;
        const client = plain ? await OpsClient.open(t, relay) : await connectedSocketIo(t, relay);
        const id = plain ? client.hello.session : client.id;
        const ask = (op, room) => (plain ? client.ask({ op, room }) : client.emitWithAck(op, room));
        for (let i = 0; i < 20; ++i) {
          const room = names[roll(names.length)];
          const inside = truth.get(room);
          const op = inside.has(id) ? 'leave' : 'join';
          await ask(op, room);
          op === 'join' ? inside.add(id) : inside.delete(id);
        }
        if (roll(3) > 0) return;
        for (const inside of truth.values()) inside.delete(id);
        plain ? client.socket.terminate() : client.disconnect();
      };
      await Promise.all(Array.from({ length: 100 }, (_, n) => churn(n)));
      for (const room of names) {
        const expected = [...truth.get(room)].sort();
        const same = async () => JSON.stringify((await state(room)).members.sort()) === JSON.stringify(expected);
        await eventually(same, `the members of ${room}`);
      }
      const last = await relay.publish({ type: 'seen.all', data: {} });
      await watcher.tell({ op: 'subscribe', sub: 'end', match: 'seen.all', since: String(last.first_offset) });
      await watcher.events.first((event) => event.type === 'seen.all');
      for (const room of names) {
        const members = new Set();
        let due = null;
        for (const event of watcher.events.items.filter((each) => each.data.room === room)) {
          const [what, client, count] = short(event);
          if (due !== null) {
            assert.deepEqual([what, client, count], due);
            due = null;
            continue;
          }
          if (what === 'joined') {
            assert.ok(!members.has(client));
            members.add(client);
            if (members.size === 1) due = ['occupied', client, 1];
          } else {
            assert.equal(what, 'left');
            assert.ok(members.delete(client));
            if (members.size === 0) due = ['vacated', client, 0];
          }
          assert.equal(count, members.size);
        }
        assert.equal(due, null);
        assert.deepEqual([...members].sort(), [...truth.get(room)].sort());
      }
    });

    test('statistics count the rooms and members that are watched', async (t) => {
      const room = freshRoom();
      const nobody = { rooms: 0, members: 0, not_counted: 0 };
      const counted = async () => JSON.stringify((await relay.stats()).presence);
      await eventually(async () => (await counted()) === JSON.stringify(nobody), 'the end of those before');
      const plain = await OpsClient.open(t, relay);
      await plain.tell({ op: 'join', room });
      await eventually(async () => (await state(room)).count === 1, 'one member');
      assert.equal(await counted(), JSON.stringify({ rooms: 1, members: 1, not_counted: 0 }));
      const stream = await StreamClient.open(t, relay, '?match=seneca.presence.**');
      plain.socket.terminate();
      await stream.events.first((event) => event.event === 'seneca.presence.vacated' && event.json.data.room === room);
    });
  });
}

test('a reload changes which rooms are watched from the next join on', async (t) => {
  const file = path.join(tempDirectory(), 'seneca.json');
  const write = (presence) => writeFileSync(file, JSON.stringify({ rooms: { presence } }));
  write(['old']);
  const relay = await startRelay(t, { args: ['-c', file], logLevel: 'info', log: [/./] });
  const reload = async (presence) => {
    write(presence);
    const seen = relay.ctl.notices.items.length;
    relay.ctl.signal('SIGHUP');
    await relay.ctl.notices.when((lines) => lines.slice(seen).some((line) => /configuration reloaded/.test(line)));
  };
  const client = await OpsClient.open(t, relay);
  await client.tell({ op: 'subscribe', match: 'seneca.presence.**' });
  await client.tell({ op: 'join', room: 'old' });
  await client.tell({ op: 'join', room: 'new' });
  await reload(['new']);
  const other = await OpsClient.open(t, relay);
  await eventually(async () => (await other.ask({ op: 'presence', room: 'old' })).code === 'no_presence', 'the reload');
  await other.tell({ op: 'join', room: 'new' });
  const answer = await other.tell({ op: 'presence', room: 'new' });
  assert.deepEqual(answer.members, [other.hello.session]);
  await client.tell({ op: 'leave', room: 'new' });
  await client.tell({ op: 'leave', room: 'old' });
  const events = await client.events.count(6);
  assert.deepEqual(
    events.map((event) => [short(event)[0], event.data.room]),
    [
      ['joined', 'old'],
      ['occupied', 'old'],
      ['joined', 'new'],
      ['occupied', 'new'],
      ['left', 'old'],
      ['vacated', 'old'],
    ],
  );
});

test('without rooms.presence there are no such events, and no answer', async (t) => {
  const relay = await startRelay(t, { threads: 1 });
  const socket = await connectedSocketIo(t, relay);
  await socket.emitWithAck('join', 'team');
  assert.equal((await socket.emitWithAck('presence', 'team')).code, 'no_presence');
  const { events } = (await relay.get('/api/v1/events?match=seneca.**')).json();
  assert.deepEqual(events, []);
});
