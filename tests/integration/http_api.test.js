// The HTTP interface around publishing: history, queries, pages of other origins, connections.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { PlainClient } from './support/clients.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { exchange, request } from './support/raw.js';
import { startRelay } from './support/relay.js';

const path = '/api/v1/events';
let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

describe('the HTTP interface:', () => {
  test('history is read with since, limit and match', async () => {
    const { first_offset: first } = await relay.publish([
      ...numbered(30, { type: 'h.a' }),
      ...numbered(5, { type: 'h.b' }),
    ]);
    const page = (await relay.get(`${path}?since=${first}&limit=10`)).json();
    assertNumbered(page.events, 0, 9);
    assert.equal(page.next, first + 10);
    const rest = (await relay.get(`${path}?since=${page.next}&match=h.b`)).json();
    assertNumbered(rest.events, 0, 4);
    assert.ok(rest.epoch && rest.newest >= first + 34);
    assert.equal((await relay.get(`${path}?since=x`)).json().code, 'bad_query');
    assert.equal((await relay.get(`${path}?match=a%20b`)).json().code, 'bad_pattern');
  });

  test('a room where nothing has been is empty, and not an error', async (t) => {
    const empty = (await relay.get(`${path}?since=0&match=nobody.was.here`)).json();
    assert.deepEqual(empty.events, []);
    assert.equal(empty.gaps, undefined);
    const client = await PlainClient.open(t, relay.ws('/ws?room=nobody-was-here&since=0'));
    await relay.publish([seedEvent('elsewhere'), seedEvent('here', { n: 1 }, { room: 'nobody-was-here' })]);
    assert.equal((await client.events.first()).type, 'here');
  });

  test('a plugin that drops is no refusal: the publisher is answered', async (t) => {
    const filtered = await startRelay(t, { args: ['--plugin', 'topic-filter:{"deny":["noise.**"]}'] });
    const answer = await filtered.publish([seedEvent('noise.x'), seedEvent('signal')]);
    assert.equal(answer.accepted, 2);
    assert.equal((await filtered.stats()).log.newest, 1);
  });

  test('health, readiness, the page and the queries answer', async () => {
    assert.deepEqual([(await relay.get('/healthz')).status, (await relay.get('/readyz')).status], [200, 200]);
    const page = await relay.get('/');
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.ok(page.headers['content-security-policy']);
    for (const what of ['stats', 'clients', 'rooms', 'plugins']) {
      const answer = await relay.get(`/api/v1/${what}`);
      assert.equal(answer.status, 200);
      assert.equal(typeof answer.json(), 'object');
    }
    assert.deepEqual(
      (await relay.stats()).plugins.map((plugin) => plugin.name),
      ['marcus', 'marcus-ui'],
    );
  });

  test('unknown paths and methods', async () => {
    const unknown = await relay.get('/api/v2/events');
    assert.deepEqual([unknown.status, unknown.json().code], [404, 'not_found']);
    const method = await relay.request('DELETE', path);
    assert.deepEqual([method.status, method.json().code], [405, 'method_not_allowed']);
  });

  test('why says what became of an event on its way to a client', async (t) => {
    const client = await PlainClient.open(t, relay.ws('/ws?match=w.a'));
    const { id } = (await relay.clients()).find((each) => each.subscriptions.includes('w.a'));
    const { first_offset: first } = await relay.publish([seedEvent('w.a'), seedEvent('w.b')]);
    await client.events.first();
    const ask = async (name, offset) => (await relay.get(`/api/v1/why?client=${name}&offset=${offset}`)).json();
    assert.equal((await ask(id, first)).verdict, 'sent');
    assert.equal((await ask(id, first + 1)).verdict, 'not_subscribed');
    assert.equal((await ask(id, first + 100)).verdict, 'not_in_log');
    assert.equal((await ask('nobody', first)).verdict, 'unknown_client');
    assert.equal((await ask(id, 'x')).code, 'bad_query');
  });

  test('HEAD is GET without the body', async () => {
    const [got, head] = [await relay.get('/healthz'), await relay.request('HEAD', '/healthz')];
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    assert.equal(head.headers['content-length'], got.headers['content-length']);
  });

  test('pages of allowed origins may publish, others may not read', async () => {
    const allowed = 'http://localhost:3000';
    const preflight = await relay.request('OPTIONS', path, {
      headers: {
        origin: allowed,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], allowed);
    assert.match(preflight.headers['access-control-allow-methods'], /POST/);
    assert.equal(preflight.headers['access-control-allow-headers'], 'content-type');
    assert.equal(preflight.headers.vary, 'Origin');

    const answer = await relay.get(path, { headers: { origin: allowed } });
    assert.equal(answer.headers['access-control-allow-origin'], allowed);
    const error = await relay.get('/nothing', { headers: { origin: allowed } });
    assert.equal(error.headers['access-control-allow-origin'], allowed, 'errors too');
    const stranger = await relay.get(path, { headers: { origin: 'http://evil.example' } });
    assert.equal(stranger.headers['access-control-allow-origin'], undefined);
    const socket = await PlainClient.open(null, relay.ws(), { origin: 'http://evil.example' }).catch(
      (error2) => error2,
    );
    assert.equal(socket.status, 403);
    assert.equal(JSON.parse(socket.text).code, 'origin_not_allowed');
  });

  test('a connection serves many requests', async () => {
    const requests = Array.from({ length: 20 }, () => request('GET', '/healthz'));
    const { responses } = await exchange(relay.port, requests, { count: 20 });
    assert.ok(
      responses.every((response) => response.status === 200 && response.headers.connection === 'keep-alive'),
    );
    const last = await exchange(relay.port, request('GET', '/healthz', { Connection: 'close' }));
    assert.equal(last.responses[0].headers.connection, 'close');
  });

  test('pipelined requests are answered in order', async () => {
    const bodies = numbered(200, { type: 'pipelined' }).map((event) => JSON.stringify(event));
    const bytes = Buffer.concat(
      bodies.flatMap((body, i) => [
        request('POST', path, { 'Content-Type': 'application/json' }, body),
        ...(i % 10 === 0 ? [request('GET', '/nothing')] : []),
      ]),
    );
    const { responses } = await exchange(relay.port, bytes, { count: 220 });
    const statuses = responses.map((response) => response.status);
    assert.deepEqual(
      statuses,
      bodies.flatMap((_, i) => (i % 10 === 0 ? [202, 404] : [202])),
    );
    const offsets = responses
      .filter((response) => response.status === 202)
      .map((response) => response.json().first_offset);
    for (let i = 1; i < offsets.length; ++i) assert.ok(offsets[i] > offsets[i - 1]);
    const events = (await relay.get(`${path}?since=${offsets[0]}&limit=1000&match=pipelined`)).json().events;
    assertNumbered(events, 0, 199);
  });

  test('Expect: 100-continue is honoured', async () => {
    const body = JSON.stringify(seedEvent('expected'));
    const bytes = request('POST', path, { Expect: '100-continue' }, body);
    const head = bytes.subarray(0, bytes.length - body.length);
    const { responses } = await exchange(relay.port, [head, Buffer.from(body)], { count: 2 });
    assert.deepEqual(
      responses.map((response) => response.status),
      [100, 202],
    );
  });
});
