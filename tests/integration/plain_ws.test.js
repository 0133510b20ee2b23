// The plain WebSocket: without a subprotocol, and with seneca.v1.json.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { OpsClient, PlainClient } from './support/clients.js';
import { assertNumbered, assertRising, cloudEvent, numbered, offsetOf, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { slowness } from './support/wait.js';

// A type of the test's own keeps tests that share a relay apart.
let next = 0;
const ownType = () => `test${++next}`;

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

async function refused(query) {
  const error = await PlainClient.open(null, relay.ws(`/ws${query}`)).then(
    () => assert.fail(`${query} was accepted`), (reason) => reason);
  assert.equal(error.status, 400, error.message);
  assert.match(error.headers['content-type'], /^application\/problem\+json/);
  return JSON.parse(error.text).code;
}

describe('without a subprotocol', () => {
  test('events come as CloudEvents', async (t) => {
    const type = ownType();
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}.*`));
    const { first_offset: offset } = await relay.publish(seedEvent(`${type}.a`, { n: 1 }));
    const event = await client.events.first();
    assert.equal(event.specversion, '1.0');
    assert.equal(event.type, `${type}.a`);
    assert.equal(event.source, '/seneca/integration-test');
    assert.equal(event.sequence, String(offset));
    assert.equal(event.datacontenttype, 'application/json');
    assert.ok(event.epoch && event.id && event.time);
    assert.deepEqual(event.data, { n: 1 });
  });

  test('format=seed brings the shape of the seed', async (t) => {
    const type = ownType();
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}&format=seed`));
    await relay.publish({ type, timestamp: '2026-01-02T03:04:05Z', source: 'marcus', data: { n: 1 },
      metadata: { severity: 'warning', note: 'kept' } });
    const event = await client.events.first();
    assert.equal(event.type, type);
    assert.equal(event.source, 'marcus');
    assert.equal(Date.parse(event.timestamp), Date.parse('2026-01-02T03:04:05Z'));
    assert.equal(event.metadata.severity, 'warning');
    assert.equal(event.data.n, 1);
    assert.equal(event.data.metadata.note, 'kept');
    assert.ok(event.metadata.sequence > 0);
  });

  test('patterns choose: * is one level, ** any depth', async (t) => {
    const type = ownType();
    const one = await PlainClient.open(t, relay.ws(`/ws?match=${type}.*`));
    const deep = await PlainClient.open(t, relay.ws(`/ws?match=${type}.**`));
    const several = await PlainClient.open(t, relay.ws(`/ws?match=${type}.a,${type}.b.c&match=${type}.end`));
    for (const suffix of ['', '.a', '.b', '.b.c', '.end']) await relay.publish(seedEvent(type + suffix));
    const types = async (client) => {
      await client.events.first((event) => event.type === `${type}.end`);
      return client.events.items.map((event) => event.type.slice(type.length));
    };
    assert.deepEqual(await types(one), ['.a', '.b', '.end']);
    assert.deepEqual(await types(deep), ['.a', '.b', '.b.c', '.end']);
    assert.deepEqual(await types(several), ['.a', '.b.c', '.end']);
  });

  test('a filter looks into the data', async (t) => {
    const type = ownType();
    const expression = encodeURIComponent("data.n >= 3 and data.kind in ['x', 'y']");
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}&filter=${expression}`));
    for (let n = 0; n < 6; ++n) await relay.publish(seedEvent(type, { n, kind: 'xyz'[n % 3] }));
    await client.events.count(2);
    await relay.publish(seedEvent(type, { n: 9, kind: 'x' }));
    assert.deepEqual((await client.events.count(3)).map((event) => event.data.n), [3, 4, 9]);
  });

  test('a room brings only what was sent to it', async (t) => {
    const type = ownType();
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}&room=${type}-room`));
    await relay.publish(seedEvent(type, { n: 1 }));
    await relay.publish(seedEvent(type, { n: 2 }, { room: 'another' }));
    await relay.publish(seedEvent(type, { n: 3 }, { room: `${type}-room` }));
    assert.equal((await client.events.first()).data.n, 3);
  });

  test('last=N begins with so many events of the past', async (t) => {
    const type = ownType();
    await relay.publish(numbered(20, { type }));
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}&last=5`));
    assertNumbered(await client.events.count(5), 15, 19);
    await relay.publish(numbered(1, { type, from: 20 }));
    assertNumbered(await client.events.count(6), 15, 20);
  });

  test('since=OFFSET begins there', async (t) => {
    const type = ownType();
    const { first_offset: first } = await relay.publish(numbered(20, { type }));
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}&since=${first + 12}`));
    assertNumbered(await client.events.count(8), 12, 19);
  });

  test('history and live meet without gap or duplicate while others publish', async (t) => {
    const type = ownType();
    const { first_offset: first } = await relay.publish(numbered(50, { type }));
    let published = 50;
    let running = true;
    const publishing = (async () => {
      for (; running || published < 3000; published += 50) {
        await relay.publish(numbered(50, { type, from: published }));
      }
    })();
    const queries = [`since=${first}`, `since=${first}`, 'last=100000', 'since=10m', 'since=0', `since=${first}`];
    const clients = [];
    for (const query of queries) clients.push(await PlainClient.open(t, relay.ws(`/ws?match=${type}&${query}`)));
    running = false;
    await publishing;
    for (const [i, client] of clients.entries()) {
      await client.events.first((event) => event.data.n === published - 1, 'the newest event', 30_000 * slowness);
      assertNumbered(client.events.items, 0, published - 1, queries[i]);
    }
  });

  test('what is sent is published', async (t) => {
    const type = ownType();
    const reader = await PlainClient.open(t, relay.ws(`/ws?match=${type}`));
    const publisher = await PlainClient.open(t, relay.ws('/ws?match=none'));
    publisher.send(seedEvent(type, { n: 0 }));
    publisher.send(cloudEvent(type, { n: 1 }));
    for (let n = 2; n < 500; ++n) publisher.send(seedEvent(type, { n }));
    assertNumbered(await reader.events.count(500), 0, 499);
    assert.equal(publisher.events.items.length, 0, 'match=none brings nothing');
  });

  test('what cannot be read is answered and changes nothing else', async (t) => {
    const type = ownType();
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}`));
    for (const [text, code] of [
      ['{', 'bad_json'], ['[]', 'not_object'], ['{"type":1,"data":{}}', 'bad_field'],
      ['{"type":"a b","data":{}}', 'bad_type'], ['{"type":"a","type":"b","data":1}', 'duplicate_key'],
      ['{"type":"a","data":{},"room":"x*"}', 'bad_room'],
      [JSON.stringify(seedEvent('a', { pad: 'x'.repeat(70_000) })), 'too_large'],
    ]) {
      client.events.clear();
      client.send(text);
      const { error } = await client.events.first((message) => message.error, text.slice(0, 50));
      assert.equal(error.code, code, JSON.stringify(error));
      assert.ok(error.message.length > 10);
    }
    client.events.clear();
    client.socket.send(Buffer.from('binary'));
    assert.equal((await client.events.first()).error.code, 'binary_message');
    client.events.clear();
    client.send(seedEvent(type, { n: 1 }));
    assert.equal((await client.events.first()).data.n, 1);
  });

  test('a query that makes no sense is refused with its code', async () => {
    assert.equal(await refused('?match=a%20b'), 'bad_pattern');
    assert.equal(await refused('?filter=data.n%20%3E'), 'bad_filter');
    assert.equal(await refused('?since=yesterday'), 'bad_since');
    assert.equal(await refused('?since=999999999'), 'offset_in_future');
    assert.equal(await refused('?last=-1'), 'bad_last');
    assert.equal(await refused('?last=1&since=1'), 'bad_last');
    assert.equal(await refused('?room=a*'), 'bad_room');
    assert.equal(await refused('?format=xml'), 'bad_format');
  });

  test('the relay answers pings and closes as asked', async (t) => {
    const client = await PlainClient.open(t, relay.ws('/ws?match=none'));
    const pong = new Promise((resolve) => client.socket.once('pong', (data) => resolve(data.toString())));
    client.socket.ping('are you there');
    assert.equal(await pong, 'are you there');
    client.socket.close(4001, 'bye');
    assert.equal((await client.end()).code, 4001, 'the close is echoed');
  });

  test('text that is not ASCII arrives as it was sent', async (t) => {
    const type = ownType();
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}`));
    const data = { text: 'žluťoučký kůň 🐎   \u0000 "\\', ключ: [1.5, -2, 1e21, null, true] };
    await relay.publish(seedEvent(type, data));
    assert.deepEqual((await client.events.first()).data, data);
  });
});

describe('with seneca.v1.json', () => {
  test('the relay says hello with its epoch and position', async (t) => {
    const client = await OpsClient.open(t, relay);
    assert.equal(client.socket.protocol, 'seneca.v1.json');
    const { newest } = (await relay.stats()).log;
    assert.ok(client.hello.session && client.hello.epoch);
    assert.ok(client.hello.offset <= newest);
    assert.match(client.hello.server, /^seneca\//);
  });

  test('subscriptions have names, and an event that several match comes once', async (t) => {
    const type = ownType();
    const client = await OpsClient.open(t, relay);
    await client.tell({ op: 'subscribe', sub: 'a', match: `${type}.*` });
    await client.tell({ op: 'subscribe', sub: 'b', match: [`${type}.x`, `${type}.y.z`], filter: 'data.n < 100' });
    await relay.publish(['x', 'y.z', 'w'].map((suffix, n) => seedEvent(`${type}.${suffix}`, { n })));
    assertNumbered(await client.events.count(3), 0, 2);
    await client.tell({ op: 'unsubscribe', sub: 'a' });
    await relay.publish([seedEvent(`${type}.w`, { n: 8 }), seedEvent(`${type}.x`, { n: 9 })]);
    assert.equal((await client.events.first((event) => event.data.n > 2)).data.n, 9);
    assert.equal((await client.ask({ op: 'unsubscribe', sub: 'a' })).code, 'unknown_sub');
  });

  test('publishing is answered with offsets', async (t) => {
    const type = ownType();
    const client = await OpsClient.open(t, relay);
    await client.tell({ op: 'subscribe', match: type });
    const one = await client.tell({ op: 'publish', event: seedEvent(type, { n: 0 }) });
    const many = await client.tell({ op: 'publish', events: numbered(9, { type, from: 1 }) });
    assert.equal(one.accepted, 1);
    assert.equal(many.accepted, 9);
    assert.equal(many.last_offset - many.first_offset, 8);
    const events = await client.events.count(10);
    assertNumbered(events, 0, 9);
    assert.deepEqual(events.map(offsetOf), [one.first_offset, ...Array.from({ length: 9 }, (_, i) => many.first_offset + i)]);
    const quiet = await client.tell({ op: 'publish', events: [] });
    assert.equal(quiet.accepted, 0);
  });

  test('a thousand publications in flight are answered in order', async (t) => {
    const type = ownType();
    const client = await OpsClient.open(t, relay);
    const replies = await Promise.all(Array.from({ length: 1000 }, (_, n) =>
      client.tell({ op: 'publish', event: seedEvent(type, { n }) })));
    const offsets = replies.map((reply) => reply.first_offset);
    assert.deepEqual(offsets, [...offsets].sort((a, b) => a - b));
    assert.equal(new Set(offsets).size, 1000);
  });

  test('rooms are joined and left', async (t) => {
    const type = ownType();
    const client = await OpsClient.open(t, relay);
    await client.tell({ op: 'join', room: `${type}-room` });
    await relay.publish(seedEvent(type, { n: 1 }, { room: `${type}-room` }));
    assert.equal((await client.events.first()).data.n, 1);
    await client.tell({ op: 'leave', room: `${type}-room` });
    assert.equal((await client.ask({ op: 'leave', room: `${type}-room` })).code, 'not_joined');
    assert.equal((await client.ask({ op: 'join', room: 'a>b' })).code, 'bad_room');
  });

  test('errors carry the id and a code', async (t) => {
    const client = await OpsClient.open(t, relay);
    for (const [request, code] of [
      [{ op: 'dance' }, 'unknown_op'], [{}, 'missing_field'], [{ op: 'publish' }, 'missing_field'],
      [{ op: 'subscribe', match: 'a b' }, 'bad_pattern'], [{ op: 'subscribe', filter: '(' }, 'bad_filter'],
      [{ op: 'subscribe', match: 7 }, 'bad_field'], [{ op: 'subscribe', last: 1, since: '1' }, 'bad_last'],
      [{ op: 'subscribe', since: 'noon' }, 'bad_since'], [{ op: 'resume' }, 'missing_field'],
      [{ op: 'publish', event: { type: 'x', data: 1, room: '*' } }, 'bad_room'],
      [{ op: 'publish', events: [{ type: 'x', data: 1 }, { type: '', data: 1 }] }, 'missing_field'],
    ]) {
      const answer = await client.ask(request);
      assert.equal(answer.op, 'error', JSON.stringify(request));
      assert.equal(answer.code, code, `${JSON.stringify(request)}: ${JSON.stringify(answer)}`);
    }
    client.send('no json');
    const answer = await client.messages.first((message) => message.code === 'bad_json');
    assert.equal(answer.id, undefined);
    await client.tell({ op: 'ping' });
  });

  test('a client resumes where it was', async (t) => {
    const type = ownType();
    const before = await OpsClient.open(t, relay);
    await before.tell({ op: 'subscribe', match: type });
    await relay.publish(numbered(5, { type }));
    const last = (await before.events.count(5)).at(-1);
    before.socket.terminate();
    await relay.publish(numbered(5, { type, from: 5 }));

    const client = await OpsClient.open(t, relay);
    await client.tell({ op: 'resume', match: type, epoch: last.epoch, offset: offsetOf(last) });
    await relay.publish(numbered(5, { type, from: 10 }));
    assertNumbered(await client.events.count(10), 5, 14);

    const other = await client.ask({ op: 'resume', sub: 'x', match: type, epoch: 'other', offset: 1 });
    assert.equal(other.code, 'epoch_changed');
    const future = await client.ask({ op: 'resume', sub: 'x', match: type, epoch: last.epoch, offset: 1e9 });
    assert.equal(future.code, 'offset_in_future');
  });

  test('history and live meet without gap or duplicate while others publish', async (t) => {
    const type = ownType();
    await relay.publish(numbered(100, { type }));
    const publisher = await OpsClient.open(t, relay);
    const clients = await Promise.all(Array.from({ length: 8 }, () => OpsClient.open(t, relay)));
    const publishing = (async () => {
      for (let from = 100; from < 3000; from += 10)
        await publisher.tell({ op: 'publish', events: numbered(10, { type, from }) });
    })();
    for (const [i, client] of clients.entries())
      await client.tell({ op: 'subscribe', match: type, ...(i % 2 ? { since: 0 } : { last: 1e6 }) });
    await publishing;
    for (const client of clients) {
      await client.events.first((event) => event.data.n === 2999, 'the newest event', 30_000 * slowness);
      assertNumbered(client.events.items, 0, 2999);
    }
  });

  test('the format can be chosen with a subscription', async (t) => {
    const type = ownType();
    const client = await OpsClient.open(t, relay);
    await client.tell({ op: 'subscribe', match: type, format: 'seed' });
    await relay.publish(seedEvent(type, { n: 1 }));
    const event = await client.events.first();
    assert.ok(event.timestamp && event.metadata && !event.specversion);
    assert.equal((await client.ask({ op: 'subscribe', match: type, format: 'xml' })).code, 'bad_format');
  });
});

test('what the log no longer holds is told as a gap', async (t) => {
  const small = await startRelay(t, { set: { 'journal.retention.events': 100 } });
  await small.publish(numbered(1000));
  const client = await PlainClient.open(t, small.ws('/ws?since=1'));
  const gap = await client.events.first();
  assert.equal(gap.type, 'seneca.gap');
  assert.equal(gap.data.reason, 'offset_expired');
  await client.events.first((event) => event.data.n === 999, 'the newest event');
  const events = client.events.items.slice(1);
  assert.equal(gap.data.to + 1, offsetOf(events[0]), 'the gap ends where the events begin');
  assertNumbered(events, events[0].data.n, 999);
  const ops = await OpsClient.open(t, small);
  const answer = await ops.ask({ op: 'resume', epoch: ops.hello.epoch, offset: 1 });
  assert.equal(answer.code, 'offset_expired');
});

test('a silent peer is gone after two heartbeats', async (t) => {
  const relay2 = await startRelay(t, { set: { 'performance.heartbeat_interval': 1 } });
  const client = await PlainClient.open(t, relay2.ws('/ws'), { autoPong: false });
  const lively = await PlainClient.open(t, relay2.ws('/ws'));
  assert.equal((await client.end(20_000 * slowness)).code, 1008);
  assert.equal(lively.socket.readyState, 1);
});

test('priorities overtake, but each keeps its order', async (t) => {
  const client = await PlainClient.open(t, relay.ws('/ws?match=prio.**'));
  const priorities = ['low', 'normal', 'high', 'critical'];
  await relay.publish(Array.from({ length: 400 }, (_, n) => ({ ...seedEvent('prio.x', { n }), priority: priorities[n % 4] })));
  const events = await client.events.count(400);
  for (const priority of priorities) {
    const lane = events.filter((event) => event.priority === priority);
    assert.equal(lane.length, 100);
    assertRising(lane, priority);
  }
});
