// The plain WebSocket, without a subprotocol.

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
    () => assert.fail(`${query} was accepted`),
    (reason) => reason,
  );
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
    await relay.publish({
      type,
      timestamp: '2026-01-02T03:04:05Z',
      source: 'marcus',
      data: { n: 1 },
      metadata: { severity: 'warning', note: 'kept' },
    });
    const event = await client.events.first();
    assert.equal(event.type, type);
    assert.equal(event.source, 'marcus');
    assert.equal(Date.parse(event.timestamp), Date.parse('2026-01-02T03:04:05Z'));
    assert.equal(event.metadata.severity, 'warning');
    assert.equal(event.data.n, 1);
    assert.equal(event.data.metadata.note, 'kept');
    assert.ok(event.metadata.sequence > 0);
  });

  test('format=compact brings offset, type, subject and data alone', async (t) => {
    const type = ownType();
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}&format=compact`));
    const offset = await relay.publish({ type, subject: 'agent:a', data: { n: 1 } });
    assert.deepEqual(await client.events.first(), {
      offset: offset.first_offset ?? offset,
      type,
      subject: 'agent:a',
      data: { n: 1 },
    });
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
    assert.deepEqual(
      (await client.events.count(3)).map((event) => event.data.n),
      [3, 4, 9],
    );
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
    const queries = [
      `since=${first}`,
      `since=${first}`,
      'last=100000',
      'since=10m',
      'since=0',
      `since=${first}`,
    ];
    const clients = [];
    for (const query of queries)
      clients.push(await PlainClient.open(t, relay.ws(`/ws?match=${type}&${query}`)));
    running = false;
    await publishing;
    for (const [i, client] of clients.entries()) {
      await client.events.first(
        (event) => event.data.n === published - 1,
        'the newest event',
        30_000 * slowness,
      );
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
      ['{', 'bad_json'],
      ['[]', 'not_object'],
      ['{"type":1,"data":{}}', 'bad_field'],
      ['{"type":"a b","data":{}}', 'bad_type'],
      ['{"type":"a","type":"b","data":1}', 'duplicate_key'],
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

test('what the log no longer holds is told as a gap', async (t) => {
  const small = await startRelay(t, { args: ['--no-journal'], set: { 'journal.memory.events': 100 } });
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

test('events of one priority keep their order, whatever else is sent', async (t) => {
  const client = await PlainClient.open(t, relay.ws('/ws?match=prio.**'));
  const priorities = ['low', 'normal', 'high', 'critical'];
  await relay.publish(
    Array.from({ length: 400 }, (_, n) => ({ ...seedEvent('prio.x', { n }), priority: priorities[n % 4] })),
  );
  const events = await client.events.count(400);
  for (const priority of priorities) {
    const lane = events.filter((event) => event.priority === priority);
    assert.equal(lane.length, 100);
    assertRising(lane, priority);
  }
});
