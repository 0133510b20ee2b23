// The plugin webhook, against a receiver that is not always well.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { run } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { eventually } from './support/wait.js';

/** Takes requests and answers each with what `answer(request)` says: a status, or [status, headers]; null: nothing. */
async function receiver(t, answer = () => 204) {
  const requests = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (text) => (body += text));
    request.on('end', () => {
      const one = { headers: request.headers, body, events: [JSON.parse(body)].flat() };
      const [status, headers] = [answer(one, requests.length)].flat();
      requests.push({ ...one, status });
      if (status === null) request.socket.destroy();
      else response.writeHead(status, headers).end('whatever');
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const taken = () => requests.filter((one) => one.status >= 200 && one.status < 300).flatMap((one) => one.events);
  return { url: `http://127.0.0.1:${server.address().port}/hook`, requests, taken };
}

const hook = (config) => ['--plugin', `webhook:${JSON.stringify(config)}`];
const sinkOf = async (relay) => (await relay.stats()).sinks[0];
const numbered = (count, type = 'n') =>
  Array.from({ length: count }, (_, n) => ({ type, source: 't', data: { n } }));
const numbers = (events) => events.map((event) => event.data.n);
const upTo = (count) => Array.from({ length: count }, (_, n) => n);

test('events arrive in order, in batches, signed as Standard Webhooks are', async (t) => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef');
  const { url, requests, taken } = await receiver(t);
  const relay = await startRelay(t, {
    args: hook({ url, secret: `whsec_${key.toString('base64')}`, max_batch: 7, headers: { 'X-Team': 'blue' } }),
  });
  await relay.publish(numbered(50));
  await eventually(() => taken().length === 50, 'all have arrived');
  assert.deepEqual(numbers(taken()), upTo(50));
  assert.ok(requests.every((one) => one.events.length <= 7));
  for (const { headers, body } of requests) {
    assert.match(headers['content-type'], /^application\/cloudevents-batch\+json/);
    assert.equal(headers['x-team'], 'blue');
    assert.ok(Math.abs(Number(headers['webhook-timestamp']) * 1000 - Date.now()) < 60_000);
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    assert.equal(headers['webhook-signature'], `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  }
});

test('one event a request, if wanted', async (t) => {
  const { url, requests } = await receiver(t);
  const relay = await startRelay(t, { args: hook({ url, max_batch: 1 }) });
  await relay.publish(numbered(3));
  await eventually(() => requests.length === 3, 'all have arrived');
  assert.match(requests[0].headers['content-type'], /^application\/cloudevents\+json/);
  assert.equal(JSON.parse(requests[2].body).data.n, 2);
  assert.equal(requests[0].headers['webhook-signature'], undefined, 'without a secret nothing is signed');
});

test('a receiver that fails gets the same again, and nothing is lost or out of order', async (t) => {
  const moods = [503, null, 500, [429, { 'retry-after': '1' }]];
  const { url, requests, taken } = await receiver(t, (_, n) => moods[n] ?? 204);
  const relay = await startRelay(t, { args: hook({ url, max_batch: 10 }), log: [/webhook waits: /] });
  await relay.publish(numbered(40));
  await eventually(() => taken().length === 40, 'all have arrived');
  assert.deepEqual(numbers(taken()), upTo(40));
  assert.equal(requests[0].headers['webhook-id'], requests[1].headers['webhook-id']);
  const sink = await eventually(async () => {
    const one = await sinkOf(relay);
    return one.delivered === 40 && one;
  }, 'the relay knows');
  assert.ok(sink.retries >= 4);
  assert.equal(sink.refused, 0);
});

test('an event that the receiver never takes is found, given up and counted', async (t) => {
  const refuses = ({ events }) => (events.some((event) => event.data.n === 13) ? 422 : 204);
  const { url, taken } = await receiver(t, refuses);
  const relay = await startRelay(t, { args: hook({ url }), log: [/webhook: event .* is refused: .* 422/] });
  await relay.publish(numbered(40));
  await eventually(() => taken().length === 39, 'the others have arrived');
  assert.deepEqual(
    numbers(taken()),
    upTo(40).filter((n) => n !== 13),
  );
  const sink = await sinkOf(relay);
  assert.equal(sink.refused, 1);
  assert.match(sink.last_error, /answered 422/);
});

test('an id of any characters becomes a header', async (t) => {
  const { url, requests } = await receiver(t);
  const relay = await startRelay(t, { args: hook({ url, secret: 'sixteen characters' }) });
  const id = 'a b: 1.ü%';
  await relay.publish({ specversion: '1.0', id, source: '/t', type: 'x', data: {} });
  await eventually(() => requests.length === 1, 'it arrives');
  const [{ headers, events }] = requests;
  assert.equal(headers['webhook-id'], 'a%20b:%201%2E%C3%BC%25-1');
  assert.equal(events[0].id, id);
});

test('a redirect is not followed', async (t) => {
  const elsewhere = await receiver(t);
  const { url, requests } = await receiver(t, () => [307, { location: elsewhere.url }]);
  const relay = await startRelay(t, { args: hook({ url }), log: [/webhook waits: .* 307/, /still lacked 1 events/] });
  await relay.publish(numbered(1));
  await eventually(() => requests.length >= 2, 'it is asked again');
  await relay.stop();
  assert.equal(elsewhere.requests.length, 0);
});

test('what cannot work is refused at the start, naming the key', async () => {
  const wrong = [
    [{}, /url/],
    [{ url: 'ftp://example.org/' }, /\/url: is no http/],
    [{ url: 'http://127.0.0.1/', secret: 'short' }, /secret/],
    [{ url: 'http://127.0.0.1/', secret: 'whsec_!!!!!!!!!!!!!!!!' }, /\/secret: .*base64/],
    [{ url: 'http://127.0.0.1/', secret_env: 'SENECA_TEST_NO_SUCH' }, /\/secret_env: .*not in the environment/],
    [{ url: 'http://127.0.0.1/', headers: { 'X-A': 'a\r\nX-B: b' } }, /\/headers\/X-A/],
  ];
  for (const [config, message] of wrong) {
    const end = await run(['serve', '--listen', '127.0.0.1:0', '--check', ...hook(config)]);
    assert.equal(end.code, 78, JSON.stringify(config));
    assert.match(end.stderr, message);
  }
});

test('a receiver that was away for longer than memory reaches gets it all from the journal', async (t) => {
  let away = true;
  const { url, taken } = await receiver(t, () => (away ? 503 : 204));
  const relay = await startRelay(t, {
    args: hook({ url, max_batch: 256 }),
    set: { 'journal.memory.events': 50 },
    log: [/webhook waits: /],
  });
  for (let n = 0; n < 20; ++n) await relay.publish(numbered(100, `n${n}`));
  assert.ok((await relay.stats()).log.newest >= 2000);
  away = false;
  await eventually(() => taken().length === 2000, 'all have arrived', 60_000);
  assert.equal((await sinkOf(relay)).skipped, 0);
});
