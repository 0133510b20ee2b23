// The reference client, socket.io-client, and the relay's Socket.IO side as its users see it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { connectedSocketIo, next, socketIo } from './support/clients.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { Inbox, eventually, slowness } from './support/wait.js';

const ask = (socket, ...args) => socket.timeout(10_000 * slowness).emitWithAck(...args);

describe('a Socket.IO client', () => {
  let relay;
  before(async () => {
    relay = await startRelay();
  });
  after(() => relay.stop());

  test('is greeted with its id and the time', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    assert.equal(typeof socket.greeting.client_id, 'string');
    assert.equal(socket.greeting.client_id, socket.id, 'the id is the one the client knows itself by');
    assert.notEqual(socket.id, socket.io.engine.id, 'a session id of Socket.IO is none of Engine.IO');
    assert.ok(
      Math.abs(Date.parse(socket.greeting.server_time) - Date.now()) < 60_000,
      socket.greeting.server_time,
    );
  });

  test('is in the rooms general and observers', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    const mine = await eventually(
      async () => (await relay.clients()).find((client) => client.rooms.includes(socket.id)),
      'the client is listed',
    );
    assert.equal(mine.protocol, 'socketio');
    assert.deepEqual([...mine.rooms].sort(), ['general', 'observers', socket.id].sort());
  });

  test('gets every kind of event under its name', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    const kinds = {
      'agent.idle': 'agent_update',
      'project.created': 'project_update',
      'system.health': 'health_update',
      'task.progress.updated': 'task_update',
      'decision.made': 'decision_event',
      'conversation.message': 'conversation_event',
      'something.else': 'generic_update',
      lonely: 'generic_update',
    };
    for (const type of Object.keys(kinds)) await relay.publish(seedEvent(type, { marker: type }));
    for (const [type, event] of Object.entries(kinds)) {
      const item = await socket.inbox.first(
        (each) => each.event === event && each.data.data?.marker === type,
        type,
      );
      assert.equal(item.data.event_type ?? item.data.type, type);
    }
    await relay.publish(seedEvent('task.blocked', { marker: 'blocked' }));
    for (const event of ['blocker_event', 'task_update'])
      await socket.inbox.first((each) => each.event === event && each.data.data?.marker === 'blocked', event);
  });

  test("works with the handlers of the seed's page", async (t) => {
    const socket = await connectedSocketIo(t, relay);
    const page = { agents: {}, projects: {}, alerts: [], log: new Inbox() };
    socket.on('agent_update', (event) => {
      page.agents[event.data.agent_id] = event.data.status;
      page.log.push('agent');
    });
    socket.on('project_update', (event) => {
      page.projects[event.data.project_id] = event.data;
      page.log.push('project');
    });
    socket.on('health_update', (event) => {
      if (event.data.severity === 'critical') page.alerts.push(event.data.message);
      page.log.push('health');
    });
    await relay.publish([
      {
        type: 'agent.status.changed',
        timestamp: '2024-01-01T00:00:00Z',
        source: 'marcus',
        data: { agent_id: 'agent-007', old_status: 'idle', new_status: 'working' },
        metadata: { severity: 'info', category: 'agent' },
      },
      { type: 'project.updated', source: 'marcus', data: { project_id: 'p1', progress: 0.5 } },
      { type: 'system.health', source: 'marcus', data: { severity: 'info', message: 'fine' } },
      {
        type: 'system.health',
        source: 'marcus',
        data: { severity: 'critical', message: 'the board is gone' },
      },
    ]);
    await page.log.count(4);
    assert.deepEqual(page.agents, { 'agent-007': 'working' });
    assert.equal(page.projects.p1.progress, 0.5);
    assert.deepEqual(page.alerts, ['the board is gone']);
  });

  test('joins and leaves rooms', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    assert.equal((await ask(socket, 'join', 'floor-1')).ok, true);
    assert.equal((await ask(socket, 'join_room', { room: 'floor-2' })).ok, true);
    await relay.publish(seedEvent('agent.moved', { n: 1 }, { room: 'floor-1' }));
    await socket.inbox.first((item) => item.data.data?.n === 1, 'the event of the room');

    assert.equal((await ask(socket, 'leave', 'floor-1')).ok, true);
    await relay.publish(seedEvent('agent.moved', { n: 2 }, { room: 'floor-1' }));
    await relay.publish(seedEvent('agent.moved', { n: 3 }, { room: 'floor-2' }));
    await socket.inbox.first((item) => item.data.data?.n === 3, 'the event of the room it is still in');
    assert.ok(
      !socket.inbox.items.some((item) => item.data.data?.n === 2),
      'nothing comes from a room that was left',
    );

    assert.deepEqual((await ask(socket, 'leave', 'floor-1')).code, 'not_joined');
    assert.deepEqual((await ask(socket, 'join', 'a*b')).code, 'bad_room');
  });

  test('publishes, and is told what became of it', async (t) => {
    const [publisher, reader] = [await connectedSocketIo(t, relay), await connectedSocketIo(t, relay)];
    const acknowledged = await ask(publisher, 'publish', seedEvent('agent.idle', { n: 'whole' }));
    assert.equal(acknowledged.ok, true);
    assert.ok(acknowledged.offset > 0);
    const received = await reader.inbox.first((item) => item.data.data?.n === 'whole', 'the event');
    assert.equal(received.data.metadata.sequence, acknowledged.offset);
    assert.equal((await ask(publisher, 'publish', 'agent.idle', { n: 'type and data' })).ok, true);
    await reader.inbox.first((item) => item.data.data?.n === 'type and data', 'the second event');

    const refused = await ask(publisher, 'publish', { data: {}, specversion: '1.0' });
    assert.equal(refused.ok, false);
    assert.equal(refused.code, 'missing_field');
    assert.ok(publisher.connected);
  });

  test('subscribes to more than its rooms bring', async (t) => {
    const socket = await connectedSocketIo(t, relay, { auth: { role: 'operator' } });
    assert.equal((await ask(socket, 'subscribe', { match: 'task.**', filter: 'data.n > 5' })).ok, true);
    await relay.publish(numbered(10, { type: 'task.step' }));
    await socket.inbox.first((item) => item.data.data?.n === 9, 'the last event');
    assert.deepEqual(
      socket.inbox.items.slice(1).map((item) => [item.event, item.data.data.n]),
      [
        ['event', 6],
        ['event', 7],
        ['event', 8],
        ['event', 9],
      ],
    );
    assert.equal((await ask(socket, 'unsubscribe')).ok, true);
    assert.equal((await ask(socket, 'subscribe', { match: 'a b' })).ok, false);
  });

  test('is told when an event has no meaning here', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    const answer = await ask(socket, 'no_such_thing', 1, 2);
    assert.equal(answer.ok, false);
    assert.equal(answer.code, 'unknown_event');
    socket.emit('no_such_thing', 'and no acknowledgement wanted');
    assert.equal((await ask(socket, 'join', 'still-alive')).ok, true);
  });

  test('may send binary, which is refused and nothing else', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    assert.equal((await ask(socket, 'publish', { blob: Buffer.from([1, 2, 3]) })).code, 'binary_unsupported');
    assert.equal((await ask(socket, 'join', 'still-alive')).ok, true);
  });

  test('is refused by a namespace nothing is routed to', async (t) => {
    const socket = socketIo(t, relay, { namespace: '/nowhere' });
    const [error] = await next(socket, 'connect_error');
    assert.equal(error.message, 'Invalid namespace');
  });

  test('disconnects and is gone', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    const id = socket.id;
    const gone = next(socket, 'disconnect');
    socket.disconnect();
    assert.equal((await gone)[0], 'io client disconnect');
    await eventually(
      async () => !(await relay.clients()).some((client) => client.rooms.includes(id)),
      'it is gone',
    );
  });

  test('survives thousands of events in a burst, each once and in order', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    socket.inbox.clear();
    for (let from = 0; from < 4000; from += 500)
      await relay.publish(numbered(500, { type: 'agent.burst', from }));
    const items = await socket.inbox.count(4000, 'the burst', 30_000 * slowness);
    assertNumbered(
      items.map((item) => item.data),
      0,
      3999,
    );
  });
});

test('routes lead to namespaces of their own', async (t) => {
  const relay = await startRelay(t, {
    set: { routes: '[{"match":["**"],"event":"thing","namespace":"/floor","rooms":["general"]}]' },
  });
  const socket = await connectedSocketIo(t, relay, { namespace: '/floor' });
  await relay.publish(seedEvent('agent.moved', { n: 1 }));
  const item = await socket.inbox.first((each) => each.event === 'thing', 'the event');
  assert.equal(item.data.data.n, 1);
});

test('heartbeats keep a connection and end one that does not answer', async (t) => {
  const relay = await startRelay(t, { set: { 'server.ping_interval': 1, 'server.ping_timeout': 1 } });
  const lively = await connectedSocketIo(t, relay);
  const deaf = await connectedSocketIo(t, relay);
  const beats = new Inbox();
  lively.io.engine.on('ping', () => beats.push('ping'));
  deaf.io.engine._sendPacket = () => {};
  const [reason] = await next(deaf, 'disconnect', 20_000 * slowness);
  assert.equal(reason, 'transport close');
  await beats.count(2, 'two pings', 20_000 * slowness);
  assert.ok(lively.connected);
});

test('clients of a relay that stops find its successor on the same port', async (t) => {
  const first = await startRelay(t);
  const socket = await connectedSocketIo(t, first, {
    reconnection: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 200,
  });
  const before = socket.id;
  const lost = next(socket, 'disconnect');
  await first.stop();
  const [reason, details] = await lost;
  assert.equal(reason, 'transport close', 'one of the reasons after which clients come back');
  assert.equal(details?.context?.code ?? 1012, 1012);

  const back = next(socket, 'connect');
  const second = await startRelay(t, { port: first.port });
  await back;
  assert.notEqual(socket.id, before);
  await second.publish(seedEvent('agent.idle', { n: 'after' }));
  await socket.inbox.first((item) => item.data?.data?.n === 'after', 'an event of the new relay');
});

for (const threads of [2, 4]) {
  test(`on ${threads} shards every client gets every event once, in order`, async (t) => {
    const relay = await startRelay(t, { threads });
    const sockets = await Promise.all(Array.from({ length: 24 }, () => connectedSocketIo(t, relay)));
    const used = (await relay.stats()).shards.filter((shard) => shard.connections > 0).length;
    assert.ok(used >= 2, 'the clients are spread over the shards');
    const batches = Array.from({ length: 10 }, (_, i) => numbered(30, { from: 30 * i }));
    for (const batch of batches) await relay.publish(batch);
    for (const socket of sockets) {
      await socket.inbox.count(301, 'all events', 30_000 * slowness);
      assertNumbered(
        socket.inbox.items.slice(1).map((item) => item.data),
        0,
        299,
      );
    }
  });
}
