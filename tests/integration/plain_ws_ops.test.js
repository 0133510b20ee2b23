// The WebSocket subprotocol seneca.v1.json.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { OpsClient } from './support/clients.js';
import { assertNumbered, numbered, offsetOf, seedEvent } from './support/events.js';
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
    await client.tell({
      op: 'subscribe',
      sub: 'b',
      match: [`${type}.x`, `${type}.y.z`],
      filter: 'data.n < 100',
    });
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
    assert.deepEqual(events.map(offsetOf), [
      one.first_offset,
      ...Array.from({ length: 9 }, (_, i) => many.first_offset + i),
    ]);
    const quiet = await client.tell({ op: 'publish', events: [] });
    assert.equal(quiet.accepted, 0);
  });

  test('a thousand publications in flight are answered in order', async (t) => {
    const type = ownType();
    const client = await OpsClient.open(t, relay);
    const replies = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => client.tell({ op: 'publish', event: seedEvent(type, { n }) })),
    );
    const offsets = replies.map((reply) => reply.first_offset);
    assert.deepEqual(
      offsets,
      [...offsets].sort((a, b) => a - b),
    );
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
      [{ op: 'dance' }, 'unknown_op'],
      [{}, 'missing_field'],
      [{ op: 'publish' }, 'missing_field'],
      [{ op: 'subscribe', match: 'a b' }, 'bad_pattern'],
      [{ op: 'subscribe', filter: '(' }, 'bad_filter'],
      [{ op: 'subscribe', match: 7 }, 'bad_field'],
      [{ op: 'subscribe', last: 1, since: '1' }, 'bad_last'],
      [{ op: 'subscribe', since: 'noon' }, 'bad_since'],
      [{ op: 'resume' }, 'missing_field'],
      [{ op: 'publish', event: { type: 'x', data: 1, room: '*' } }, 'bad_room'],
      [
        {
          op: 'publish',
          events: [
            { type: 'x', data: 1 },
            { type: '', data: 1 },
          ],
        },
        'missing_field',
      ],
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
