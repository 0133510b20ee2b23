// The limits of the HTTP side: time, connections, descriptors, answers that nobody reads.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { PlainClient } from './support/clients.js';
import { numbered, seedEvent } from './support/events.js';
import { RawConnection, exchange, parseResponses, request } from './support/raw.js';
import { startRelay } from './support/relay.js';
import { slowness, within, Inbox, eventually } from './support/wait.js';

const path = '/api/v1/events';
let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stopAlive());

const raw = (...lines) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');

test('deadlines end what trickles', { concurrency: true }, async (t) => {
  const timed = async (bytes, piece, everyMs) => {
    const connection = await RawConnection.open(relay.port);
    const start = Date.now();
    connection.send(bytes);
    const trickle = piece && setInterval(() => connection.send(piece), everyMs);
    try {
      await connection.end('the end of a connection that trickles', 30_000 * slowness);
      return { seconds: (Date.now() - start) / 1000, response: parseResponses(connection.received)[0] };
    } finally {
      clearInterval(trickle);
      connection.destroy();
    }
  };
  const takes = ({ seconds }, from, to) =>
    assert.ok(seconds > from && seconds < to + 10 * (slowness - 1), `closed after ${seconds} s`);

  await Promise.all([
    t.test('a head that trickles: 5 s', async () => {
      const end = await timed('GET /healthz HTTP/1.1\r\nHost: x\r\n', 'A: b\r\n', 500);
      takes(end, 4, 7);
      assert.equal(end.response?.status ?? 408, 408);
    }),
    t.test('a connection that says nothing: 5 s', async () => takes(await timed('', null), 4, 7)),
    t.test('a body of one byte every 4 s: 408 within 10 s', async () => {
      const end = await timed(raw(`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Length: 1000'), '{', 4000);
      takes(end, 8, 12);
      assert.equal(end.response.status, 408);
    }),
    t.test('a body that never comes: 408 within 10 s', async () => {
      const end = await timed(raw(`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Length: 1000'), null);
      takes(end, 8, 12);
      assert.equal(end.response.status, 408);
    }),
    t.test('an idle connection between requests: 15 s', async () =>
      takes(await timed(request('GET', '/healthz'), null), 12, 18),
    ),
  ]);
});

test('who asks without reading the answers is not read either', async (t) => {
  const filled = await startRelay(t, { threads: 1 });
  for (let i = 0; i < 20; ++i) await filled.publish(numbered(50, { pad: 4000 }));
  const connection = await RawConnection.open(filled.port);
  t.after(() => connection.destroy());
  connection.socket.pause();
  const before = filled.residentBytes();
  const requests = Buffer.concat(Array.from({ length: 2000 }, () => request('GET', `${path}?limit=1000`)));
  for (let i = 0; i < 50; ++i) connection.send(requests);
  // Answers to others show that the relay has had its turn at the requests.
  for (let i = 0; i < 20; ++i) assert.equal((await filled.get('/healthz')).status, 200);
  await new Promise((resolve) => setTimeout(resolve, 1000 * slowness));
  const grown = (filled.residentBytes() - before) / 2 ** 20;
  // What a sanitizer has freed it keeps for a while: some answers of 4 MiB.
  assert.ok(grown < (slowness > 1 ? 256 : 32), `memory grew by ${Math.round(grown)} MiB`);

  const answers = new Inbox();
  connection.divert(0, (bytes) =>
    bytes
      .toString('latin1')
      .match(/HTTP\/1\.1 200 OK/g)
      ?.forEach((line) => answers.push(line)),
  );
  connection.socket.resume();
  await answers.count(5, 'five answers', 30_000 * slowness);
});

for (const threads of [1, 2]) {
  test(`more connections than descriptors, ${threads} threads: the relay stays calm and recovers`, async (t) => {
    const small = await startRelay(t, { openFiles: 96, threads, log: [/cannot accept/] });
    const keeper = await PlainClient.open(t, small.ws('/ws?match=calm'));
    const crowd = [];
    t.after(() => crowd.forEach((connection) => connection.destroy()));
    for (let i = 0; i < 150; ++i) {
      const connection = new RawConnection(small.port);
      crowd.push(connection);
      await connection.connected.catch(() => {});
    }
    const [cpu, start] = [small.cpuSeconds(), process.hrtime.bigint()];
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const share = (small.cpuSeconds() - cpu) / (Number(process.hrtime.bigint() - start) / 1e9);
    assert.ok(share < 0.5, `uses ${Math.round(share * 100)} % of a core`);
    keeper.send(seedEvent('calm', { n: 1 }));
    assert.equal((await keeper.events.first()).data.n, 1, 'who was there before is served');

    crowd.forEach((connection) => connection.destroy());
    await eventually(
      () =>
        small.get('/healthz').then(
          (answer) => answer.status === 200,
          () => false,
        ),
      'it serves again',
    );
    await within(10_000 * slowness, 'a new client', PlainClient.open(t, small.ws()));
  });
}

test('server.max_connections counts connections that have said nothing, on each shard', async (t) => {
  const small = await startRelay(t, { threads: 2, set: { 'server.max_connections': 4 } });
  const silent = await Promise.all(Array.from({ length: 12 }, () => RawConnection.open(small.port)));
  t.after(() => silent.forEach((connection) => connection.destroy()));
  const turnedAway = new Inbox();
  for (const connection of silent)
    connection
      .until((got) => parseResponses(got)[0])
      .then(
        (response) => turnedAway.push(response.status),
        () => {},
      );
  const statuses = await turnedAway.count(8, 'all but four are turned away');
  assert.deepEqual(new Set(statuses), new Set([503]));
});

test('server.max_connections turns the others away with 503', async (t) => {
  const small = await startRelay(t, { threads: 1, set: { 'server.max_connections': 2 } });
  const inside = [await PlainClient.open(t, small.ws()), await PlainClient.open(t, small.ws())];
  const { responses } = await exchange(small.port, Buffer.alloc(0));
  assert.equal(responses[0].status, 503);
  assert.equal(responses[0].json().code, 'too_many_connections');
  inside[0].socket.terminate();
  await eventually(
    () =>
      small.get('/healthz').then(
        (answer) => answer.status === 200,
        () => false,
      ),
    'there is room again',
  );
});
