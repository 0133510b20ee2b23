// Event streams: GET /events.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { StreamClient } from './support/clients.js';
import { assertNumbered, numbered, offsetOf, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { slowness } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

test('an event stream has the head it should have', async (t) => {
  const client = await StreamClient.open(t, relay, '?match=none', { origin: 'http://localhost:3000' });
  const { statusCode, headers } = client.response;
  assert.equal(statusCode, 200);
  assert.match(headers['content-type'], /^text\/event-stream/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['access-control-allow-origin'], 'http://localhost:3000');
});

test('events come with their offsets as ids', async (t) => {
  const client = await StreamClient.open(t, relay, '?match=sse1.*');
  await relay.publish([
    seedEvent('sse1.a', { n: 0 }),
    seedEvent('other', { n: 1 }),
    seedEvent('sse1.b', { n: 2 }),
  ]);
  const [first, second] = await client.events.count(2);
  assert.ok(client.retry > 0);
  assert.equal(first.json.type, 'sse1.a');
  assert.equal(second.json.type, 'sse1.b');
  assert.equal(first.id, `${first.json.epoch}:${first.json.sequence}`);
  assert.equal(first.event, 'sse1.a', 'addEventListener can choose by type');
});

test('the format of the seed can be asked for', async (t) => {
  const client = await StreamClient.open(t, relay, '?match=sse2&format=seed');
  await relay.publish(seedEvent('sse2', { text: 'line one\nline two' }));
  const { json } = await client.events.first();
  assert.equal(json.data.text, 'line one\nline two');
  assert.ok(json.timestamp && json.metadata.sequence);
});

test('unnamed events are for onmessage', async (t) => {
  const client = await StreamClient.open(t, relay, '?match=sse7&named=0');
  await relay.publish(seedEvent('sse7', { n: 1 }));
  const first = await client.events.first();
  assert.ok(first.event === undefined || first.event === 'message');
  assert.equal(first.json.type, 'sse7');
  assert.equal((await relay.get('/events?named=yes')).json().code, 'bad_named');
});

test('a reader goes on after its Last-Event-ID, without gap or duplicate', async (t) => {
  const before = await StreamClient.open(t, relay, '?match=sse3');
  await relay.publish(numbered(100, { type: 'sse3' }));
  const seen = await before.events.count(60);
  before.request.destroy();
  const publishing = (async () => {
    for (let from = 100; from < 1000; from += 50) await relay.publish(numbered(50, { type: 'sse3', from }));
  })();
  const client = await StreamClient.open(t, relay, '?match=sse3', { 'last-event-id': seen[59].id });
  await publishing;
  await client.events.first((event) => event.json.data?.n === 999, 'the newest event', 30_000 * slowness);
  assert.ok(
    client.events.items.every((event) => event.event !== 'gap'),
    'no gap is told',
  );
  assertNumbered(client.bodies, 60, 999);
});

test('a reader that goes on misses nothing, whatever the priorities of the events', async (t) => {
  const before = await StreamClient.open(t, relay, '?match=sse6');
  const priorities = ['low', 'normal', 'critical', 'low', 'high', 'normal'];
  await relay.publish(priorities.map((priority, n) => ({ ...seedEvent('sse6', { n }), priority })));
  const seen = await before.events.count(2);
  before.request.destroy();
  const client = await StreamClient.open(t, relay, '?match=sse6', { 'last-event-id': seen[1].id });
  await relay.publish({ ...seedEvent('sse6', { n: 6 }), priority: 'low' });
  await client.events.first((event) => event.json.data?.n === 6, 'the newest event');
  const numbers = [...seen.map((event) => event.json), ...client.bodies].map((event) => event.data.n);
  assert.deepEqual([...numbers].sort(), [0, 1, 2, 3, 4, 5, 6]);
});

test('a Last-Event-ID of another relay is told as a gap, and live events follow', async (t) => {
  for (const id of ['another:12', 'nonsense', `${'x'.repeat(2000)}:1`]) {
    const client = await StreamClient.open(t, relay, '?match=sse4', { 'last-event-id': id });
    const gap = await client.events.first();
    assert.equal(gap.event, 'gap');
    assert.equal(gap.json.reason, 'epoch_changed');
    await relay.publish(seedEvent('sse4', { id }));
    assert.equal((await client.events.count(2))[1].json.data.id, id);
  }
});

test('history can be asked for', async (t) => {
  const { first_offset: first } = await relay.publish(numbered(10, { type: 'sse5' }));
  const since = await StreamClient.open(t, relay, `?match=sse5&since=${first + 5}`);
  const last = await StreamClient.open(t, relay, '?match=sse5&last=3');
  assertNumbered(
    (await since.events.count(5)).map((event) => event.json),
    5,
    9,
  );
  assertNumbered(
    (await last.events.count(3)).map((event) => event.json),
    7,
    9,
  );
  assert.equal(offsetOf(since.bodies[0]), first + 5);
});

test('a stream that cannot be opened is refused as a problem', async () => {
  for (const [query, code] of [
    ['?match=a%20b', 'bad_pattern'],
    ['?since=x', 'bad_since'],
    ['?format=x', 'bad_format'],
  ]) {
    const answer = await relay.get(`/events${query}`);
    assert.equal(answer.status, 400);
    assert.equal(answer.json().code, code);
  }
  const answer = await relay.request('POST', '/events', { headers: { 'content-length': 0 } });
  assert.equal(answer.status, 405);
});

test('an idle stream gets comments, so that proxies keep it', async (t) => {
  const quick = await startRelay(t, { set: { 'performance.heartbeat_interval': 1 } });
  const client = await StreamClient.open(t, quick, '?match=none');
  await client.comments.count(2, 'two comments', 20_000 * slowness);
  assert.equal(client.events.items.length, 0);
});

test('a relay that stops ends its streams', async (t) => {
  const short = await startRelay(t);
  const client = await StreamClient.open(t, short);
  await short.publish(numbered(5));
  await client.events.count(5);
  await short.stop();
  await client.closed;
});

test('a HEAD request opens no stream', async () => {
  assert.equal((await relay.request('HEAD', '/events')).text, '');
});
