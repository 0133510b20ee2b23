// POST /api/v1/emit and /api/v1/sockets/…: real clients of every transport and parser, on two shards.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import msgpackParser from 'socket.io-msgpack-parser';

import { OpsClient, PlainClient, connectedSocketIo } from './support/clients.js';
import { seedEvent } from './support/events.js';
import { PollingSession } from './support/polling.js';
import { startRelay } from './support/relay.js';
import { eventually, patience, within } from './support/wait.js';

const ways = {
  websocket: { transports: ['websocket'] },
  polling: { transports: ['polling'] },
  'websocket with msgpack': { transports: ['websocket'], parser: msgpackParser },
  'polling with msgpack': { transports: ['polling'], parser: msgpackParser },
};

let relay;
before(async () => {
  const routes = [
    { match: ['task.**'], event: 'task_update', rooms: ['observers'] },
    { match: ['none'], event: 'none', namespace: '/custom', rooms: ['general'] },
  ];
  relay = await startRelay(undefined, { threads: 2, set: { routes: JSON.stringify(routes) } });
  assert.deepEqual(relay.facts.shards, ['2']);
});
after(() => relay.stopAlive());

function post(path, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return relay.request('POST', path, {
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    body: text,
  });
}

async function accepted(path, body) {
  const answer = await post(path, body);
  assert.equal(answer.status, 202, answer.text);
  const { accepted: count, first_offset: offset } = answer.json();
  assert.equal(count, 1);
  return offset;
}

const emit = (body) => accepted('/api/v1/emit', body);
const change = (what, body) => accepted(`/api/v1/sockets/${what}`, body);
const connect = (t, options) => connectedSocketIo(t, relay, options);

/** So many that both shards have some. */
const connectMany = (t, count, options) => Promise.all(Array.from({ length: count }, () => connect(t, options)));

const names = (socket) =>
  socket.inbox.items.map((item) => item.event).filter((event) => event !== 'connection_established');

/** What all of them got, once a last emission has come to each: nothing can be on its way any more. */
async function settled(...sockets) {
  const event = `end-${Math.random()}`;
  await emit({ event });
  await Promise.all(sockets.map((socket) => socket.inbox.first((item) => item.event === event, event)));
  return sockets.map((socket) => names(socket).filter((name) => !name.startsWith('end-')));
}

const gone = (socket) => within(patience, 'a disconnect', new Promise((done) => socket.once('disconnect', done)));

for (const [way, options] of Object.entries(ways)) {
  describe(`by ${way}`, () => {
    test('arguments of any kind arrive as they were sent', async (t) => {
      const socket = await connect(t, options);
      const args = [1, 'zwei', null, { three: [4.5, true, { é: '\u{1f600}"\n' }] }, [], -(2 ** 40)];
      await emit({ event: 'any name at all', rooms: [socket.id], args });
      const item = await socket.inbox.first((each) => each.event === 'any name at all');
      assert.deepEqual(item.args, args);
      await emit({ event: 'bare', rooms: [socket.id] });
      assert.deepEqual((await socket.inbox.first((each) => each.event === 'bare')).args, []);
    });

    test('binary arguments arrive as bytes, between other events', async (t) => {
      const socket = await connect(t, options);
      const bytes = [Buffer.from([0, 1, 255]), Buffer.alloc(20_000, 7), Buffer.alloc(0)];
      const body = {
        event: 'blobs',
        rooms: [socket.id],
        args: [{ _placeholder: true, num: 2 }, 'x', { deep: [{ _placeholder: true, num: 0 }] }, { _placeholder: true, num: 1 }],
        attachments: bytes.map((each) => each.toString('base64')),
      };
      for (let i = 0; i < 20; ++i) {
        await emit({ event: 'before', rooms: [socket.id], args: [i] });
        await emit(body);
      }
      const items = (await socket.inbox.when((all) => all.filter((each) => each.event === 'blobs').length === 20 && all)).slice(1);
      assert.equal(items.length, 40);
      for (let i = 0; i < 20; ++i) {
        assert.deepEqual(items[2 * i].args, [i]);
        const [empty, text, { deep }, large] = items[2 * i + 1].args;
        assert.equal(text, 'x');
        assert.deepEqual([empty, deep[0], large].map((each) => Buffer.from(each)), [bytes[2], bytes[0], bytes[1]]);
      }
    });

    test('rooms bring it once, except keeps it away', async (t) => {
      const [one, two, three] = await connectMany(t, 3, options);
      const room = `room-${way}`;
      await change('join', { rooms: [one.id, two.id], join: [room, `${room}-b`] });
      await emit({ event: 'both', rooms: [room, `${room}-b`, one.id] });
      await emit({ event: 'not one', rooms: [room], except: [one.id] });
      await emit({ event: 'not the room', except: [room] });
      await emit({ event: 'three', rooms: [three.id, 'nobody'] });
      assert.deepEqual(await settled(one, two, three), [
        ['both'],
        ['both', 'not one'],
        ['not the room', 'three'],
      ]);
    });

    test('a disconnect comes behind what was sent before, and closes the connection if it says so', async (t) => {
      const [one, two] = await connectMany(t, 2, options);
      const ends = [gone(one), gone(two)];
      await emit({ event: 'last', rooms: [one.id, two.id] });
      await change('disconnect', { rooms: [one.id] });
      await change('disconnect', { rooms: [two.id], close: true });
      assert.deepEqual(await Promise.all(ends), ['io server disconnect', 'io server disconnect']);
      assert.deepEqual([names(one), names(two)], [['last'], ['last']]);
    });
  });
}

test('an emission without rooms reaches everybody in its namespace, on all shards', async (t) => {
  const sockets = await connectMany(t, 12);
  const [other] = await connectMany(t, 1, { namespace: '/custom' });
  await emit({ event: 'all', args: ['x'] });
  await emit({ event: 'custom', namespace: '/custom' });
  assert.deepEqual(await settled(...sockets), sockets.map(() => ['all']));
  await other.inbox.first((item) => item.event === 'custom');
  assert.deepEqual(names(other), ['custom']);
  const { shards } = await relay.stats();
  assert.ok(shards.every((shard) => shard.connections > 0), JSON.stringify(shards));
});

test('emissions, changes and ordinary events keep one order', async (t) => {
  const sockets = await connectMany(t, 6);
  const order = [];
  for (let i = 0; i < 30; ++i) {
    await relay.publish(seedEvent('task.step', { n: i }));
    await change('join', { join: ['order'] });
    await emit({ event: 'in', rooms: ['order'], args: [i] });
    await change('leave', { rooms: ['order'], leave: ['order'] });
    await emit({ event: 'out', rooms: ['order'] });
    order.push('task_update', 'in');
  }
  for (const got of await settled(...sockets)) assert.deepEqual(got, order);
});

test('rooms that were joined this way are shown, and are left by the client itself', async (t) => {
  const socket = await connect(t);
  await change('join', { rooms: [socket.id], join: ['shown'] });
  const rooms = async () => (await relay.clients()).find((client) => client.rooms.includes(socket.id)).rooms;
  await eventually(async () => (await rooms()).includes('shown'), 'the room is shown');
  assert.deepEqual(await socket.emitWithAck('leave', 'shown'), { ok: true });
  await change('leave', { rooms: [socket.id], leave: ['general', 'never'] });
  await eventually(async () => !(await rooms()).includes('general'), 'the room is no longer shown');
  await emit({ event: 'general', rooms: ['general', 'shown'] });
  assert.deepEqual(await settled(socket), [[]]);
});

test('who is disconnected from one namespace keeps the others, unless its connection is closed', async (t) => {
  const root = await connect(t);
  const custom = root.io.socket('/custom');
  await within(patience, 'the other namespace', new Promise((done) => custom.once('connect', done)));
  let end = gone(root);
  await change('disconnect', { rooms: [root.id] });
  assert.equal(await end, 'io server disconnect');
  const heard = new Promise((done) => custom.once('still', done));
  await emit({ event: 'still', namespace: '/custom' });
  await within(patience, 'an event of the other namespace', heard);
  end = gone(custom);
  root.connect();
  await within(patience, 'a namespace joined again', new Promise((done) => root.once('connect', done)));
  await change('disconnect', { rooms: [root.id], close: true });
  assert.equal(await end, 'io server disconnect');
});

test('streams see emissions as events: a tail all of them, who is in a room those to it', async (t) => {
  const tail = await PlainClient.open(t, relay.ws('/ws?match=seneca.**'));
  const member = await OpsClient.open(t, relay, '?match=none');
  await member.tell({ op: 'join', room: 'stream-room' });
  const data = { event: 'seen', rooms: ['stream-room'], args: [1] };
  await emit({ event: 'unseen' });
  const offset = await emit(data);
  await change('disconnect', { rooms: ['stream-room'], close: true });
  await change('join', { rooms: ['stream-room'], join: ['more'] });
  await emit({ event: 'not', rooms: ['more'] });
  const last = await emit({ event: 'last', rooms: ['stream-room'] });
  const events = await member.events.count(2);
  assert.deepEqual(events.map((event) => [event.type, event.data]), [
    ['seneca.emit', data],
    ['seneca.emit', { event: 'last', rooms: ['stream-room'] }],
  ]);
  assert.equal(Number(events[0].sequence), offset);
  assert.deepEqual((await tail.events.count(6)).map((event) => event.type), [
    'seneca.emit',
    'seneca.emit',
    'seneca.disconnect',
    'seneca.join',
    'seneca.emit',
    'seneca.emit',
  ]);
  const history = (await relay.get(`/api/v1/events?since=${offset}&limit=1`)).json().events;
  assert.deepEqual([history[0].type, history[0].data, history[0].source], ['seneca.emit', data, '/http']);
  assert.match(history[0].id, /^[0-9a-f-]{36}$/);
  const why = (await relay.get(`/api/v1/why?client=${member.hello.session}&offset=${last}`)).json();
  assert.equal(why.verdict, 'sent', JSON.stringify(why));
});

test('a volatile emission is given up for a client that does not ask, and no gap is told', async (t) => {
  const polling = await PollingSession.join(relay);
  const socket = await connect(t);
  const givenUp = async () => (await relay.stats()).delivery.dropped_by_reason.volatile;
  assert.equal(await givenUp(), 0);
  await emit({ event: 'hint', volatile: true });
  await socket.inbox.first((item) => item.event === 'hint');
  await emit({ event: 'said' });
  await polling.until((packets) => packets.some((packet) => packet === '42["said"]'));
  assert.deepEqual(polling.packets, ['42["said"]']);
  const waiting = await polling.pendingGet(t);
  await emit({ event: 'hint', volatile: true });
  assert.equal((await waiting.answer()).text, '42["hint"]');
  assert.equal(await givenUp(), 1);
});

describe('refused:', () => {
  const cases = [
    [400, 'bad_json', '{'],
    [400, 'not_object', '[]'],
    [400, 'missing_field', {}],
    [400, 'unknown_member', { event: 'e', room: 'a' }],
    [400, 'bad_event', { event: 'disconnect' }],
    [400, 'bad_room', { event: 'e', rooms: ['*'] }],
    [400, 'bad_namespace', { event: 'e', namespace: 'x' }],
    [400, 'bad_attachment', { event: 'e', args: [{ _placeholder: true, num: 0 }] }],
    [400, 'too_many_rooms', { event: 'e', rooms: Array.from({ length: 65 }, (_, i) => `${i}`) }],
    [413, 'too_large', { event: 'e', args: ['x'.repeat(64_000)] }],
  ];
  for (const [status, code, body] of cases)
    test(code, async () => {
      const newest = (await relay.stats()).log.newest;
      const answer = await post('/api/v1/emit', body);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.headers['content-type'], /^application\/problem\+json/);
      assert.equal(answer.json().code, code, answer.text);
      assert.equal((await relay.stats()).log.newest, newest, 'nothing was taken in');
    });

  test('bodies of the other endpoints, methods and media types', async () => {
    for (const what of ['join', 'leave']) {
      assert.equal((await post(`/api/v1/sockets/${what}`, {})).json().code, 'missing_field');
      assert.equal((await post(`/api/v1/sockets/${what}`, { [what]: ['a'], event: 'e' })).json().code, 'unknown_member');
    }
    assert.equal((await post('/api/v1/sockets/disconnect', { close: 1 })).json().code, 'bad_field');
    assert.equal((await relay.get('/api/v1/emit')).status, 405);
    assert.equal((await relay.get('/api/v1/sockets')).status, 404);
    const xml = { headers: { 'content-type': 'text/xml', 'content-length': 2 }, body: '{}' };
    assert.equal((await relay.request('POST', '/api/v1/emit', xml)).json().code, 'unsupported_media_type');
  });

  test('a page of another origin, whatever it says it sends', async () => {
    const body = JSON.stringify({ event: 'e' });
    const ask = (origin) =>
      relay.request('POST', '/api/v1/emit', {
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length },
        body,
      });
    const answer = await ask('http://elsewhere.example');
    assert.deepEqual([answer.status, answer.json().code], [403, 'origin_not_allowed']);
    assert.equal((await ask(relay.url)).status, 202);
  });

  test("events of the relay's own types, whatever way they come", async (t) => {
    const event = { type: 'seneca.emit', data: { event: 'e' } };
    const answer = await post('/api/v1/events', event);
    assert.equal(answer.status, 400);
    assert.equal(answer.json().code, 'reserved_type');
    assert.match(answer.json().detail, /\/api\/v1\/emit/);
    const socket = await connect(t);
    assert.equal((await socket.emitWithAck('publish', event)).code, 'reserved_type');
    const ops = await OpsClient.open(t, relay, '?match=none');
    assert.equal((await ops.ask({ op: 'publish', event })).code, 'reserved_type');
    const plain = await PlainClient.open(t, relay.ws('/ws?match=none'));
    plain.send(event);
    assert.equal((await plain.events.first()).error.code, 'reserved_type');
  });
});
