// Requests nobody should send: each is refused by itself, and the relay lives on.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { seedEvent } from './support/events.js';
import { RawConnection, exchange, refusal, request } from './support/raw.js';
import { upgrade } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { eventually } from './support/wait.js';

const path = '/api/v1/events';
const body = JSON.stringify(seedEvent('hardening'));
let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stopAlive());

const raw = (...lines) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
const post = (...headers) =>
  Buffer.concat([raw(`POST ${path} HTTP/1.1`, 'Host: x', ...headers), Buffer.from(body)]);

/** Refused with `status` and closed. */
async function closedWith(status, bytes) {
  const answer = await refusal(relay.port, bytes);
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.connection, 'close');
  assert.ok(answer.json().code && answer.json().detail);
  assert.equal(answer.ending, 'eof', 'the connection ends without a reset');
  return answer;
}

describe('a request is refused and its connection closed:', () => {
  const length = `Content-Length: ${body.length}`;
  const rows = {
    'no Host': [400, raw('GET /healthz HTTP/1.1')],
    'two Hosts': [400, raw('GET /healthz HTTP/1.1', 'Host: a', 'Host: b')],
    'negative Content-Length': [400, post('Content-Length: -1')],
    'Content-Length with a plus': [400, post('Content-Length: +5')],
    'Content-Length with a space': [400, post('Content-Length: 5 5')],
    'hexadecimal Content-Length': [400, post('Content-Length: 0x5')],
    'Content-Length 2^64': [400, post('Content-Length: 18446744073709551616')],
    'empty Content-Length': [400, post('Content-Length: ')],
    'Content-Length as a list': [400, post('Content-Length: 5, 5')],
    'two equal Content-Lengths': [400, post(length, length)],
    'two different Content-Lengths': [400, post(length, 'Content-Length: 6')],
    'Transfer-Encoding': [400, post('Transfer-Encoding: chunked')],
    'Transfer-Encoding and Content-Length': [400, post(length, 'Transfer-Encoding: chunked')],
    'Transfer-Encoding twice': [400, post('Transfer-Encoding: chunked, chunked')],
    'Transfer-Encoding of another name': [400, post('Transfer-Encoding: xchunked')],
    'Transfer-Encoding identity': [400, post(length, 'transfer-encoding: identity')],
    'POST without Content-Length': [411, raw(`POST ${path} HTTP/1.1`, 'Host: x')],
    CONNECT: [400, raw('CONNECT x:1 HTTP/1.1', 'Host: x:1')],
    'bare LF': [400, Buffer.from('GET /healthz HTTP/1.1\nHost: x\n\n')],
    'bare LF in the headers': [400, Buffer.from('GET /healthz HTTP/1.1\r\nHost: x\nA: b\r\n\r\n')],
    'bare CR': [400, Buffer.from('GET /healthz HTTP/1.1\r\nHost: x\rA: b\r\n\r\n')],
    'NUL in a header': [400, raw('GET /healthz HTTP/1.1', 'Host: x', 'A: b\0c')],
    'NUL in the path': [400, raw('GET /he\0althz HTTP/1.1', 'Host: x')],
    'escaped NUL in the path': [400, raw('GET /healthz%00 HTTP/1.1', 'Host: x')],
    'folded header': [400, raw('GET /healthz HTTP/1.1', 'Host: x', 'A: b', ' folded')],
    'space before the colon': [400, raw('GET /healthz HTTP/1.1', 'Host: x', 'Content-Length : 5')],
    'header without a colon': [400, raw('GET /healthz HTTP/1.1', 'Host: x', 'nonsense')],
    'HTTP/2.0': [505, raw('GET /healthz HTTP/2.0', 'Host: x')],
    'HTTP/0.9': [400, Buffer.from('GET /healthz\r\n\r\n')],
    'the preface of HTTP/2': [505, Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    'the header of a PROXY protocol, as text': [
      505,
      raw('PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\nGET /healthz HTTP/1.1', 'Host: x'),
    ],
    'the header of a PROXY protocol, as bytes': [
      400,
      Buffer.concat([
        Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000201c000020203e80050', 'hex'),
        raw('GET /healthz HTTP/1.1', 'Host: x'),
      ]),
    ],
    'a TLS hello': [400, Buffer.from('16030100c8010000c40303aabbccdd0a0d0a0d0a', 'hex')],
    'a head of 17 KiB': [431, raw('GET /healthz HTTP/1.1', 'Host: x', `A: ${'x'.repeat(17_000)}`)],
    'a target of 17 KiB': [431, raw(`GET /${'x'.repeat(17_000)} HTTP/1.1`, 'Host: x')],
    '2,000 headers with an upgrade': [
      431,
      raw(
        'GET /ws HTTP/1.1',
        'Host: x',
        'Connection: Upgrade',
        'Upgrade: websocket',
        ...Array.from({ length: 2000 }, (_, i) => `h${i}: 1`),
      ),
    ],
    'a subprotocol list of 100 KB': [
      431,
      upgrade('/ws', { headers: [`Sec-WebSocket-Protocol: a${' '.repeat(100_000)}b`] }),
    ],
    'Upgrade: h2c': [
      400,
      raw(
        'GET / HTTP/1.1',
        'Host: localhost',
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AAMAAABkAAQAAP__',
      ),
    ],
  };
  for (const [what, [status, bytes]] of Object.entries(rows)) {
    test(what, async () => {
      const answer = await closedWith(status, bytes);
      assert.notEqual(answer.status, 101);
    });
  }

  test('bytes that come after a refused head are not a request', async () => {
    const smuggled = Buffer.concat([
      post(`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked'),
      request('GET', '/healthz'),
    ]);
    await closedWith(400, smuggled);
  });
});

test('Upgrade: foo a thousand times, with a request behind it', async () => {
  const bytes = Buffer.concat([
    raw('GET /healthz HTTP/1.1', 'Host: x', 'Connection: Upgrade, keep-alive', 'Upgrade: foo'),
    request('GET', '/healthz'),
  ]);
  for (let round = 0; round < 20; ++round)
    await Promise.all(Array.from({ length: 50 }, () => closedWith(400, bytes)));
  await eventually(
    async () => (await relay.stats()).connections.current <= 2,
    'no connection is left behind',
  );
});

test('a head of 15 KiB is accepted', async () => {
  const { responses } = await exchange(
    relay.port,
    raw('GET /healthz HTTP/1.1', 'Host: x', `A: ${'x'.repeat(15_000)}`),
    { count: 1 },
  );
  assert.equal(responses[0].status, 200);
});

test('a request that comes byte by byte is understood', async () => {
  const bytes = request('POST', path, { 'Content-Type': 'application/json' }, body);
  const { responses } = await exchange(
    relay.port,
    [...bytes].map((byte) => Buffer.from([byte])),
    { count: 1 },
  );
  assert.equal(responses[0].status, 202);
});

test('paths out of the tree lead nowhere', async () => {
  for (const target of [
    '/../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/api/v1/../../etc/passwd',
    '/./healthz',
    '/index.html',
    '/.git/config',
    '/%5c..%5c',
    '/healthz/',
  ]) {
    const { responses } = await exchange(relay.port, request('GET', target), { count: 1 });
    assert.equal(responses[0].status, 404, target);
  }
});

test('permessage-deflate is negotiated without context takeover, in answer to a sound offer only', async () => {
  const agreed = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover';
  const rows = [
    [undefined, undefined],
    ['permessage-deflate; client_max_window_bits', agreed],
    ['permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=13',
      `${agreed}; server_max_window_bits=12`],
    ['permessage-deflate; server_max_window_bits=8', undefined],
    ['permessage-deflate; mystery', undefined],
    ['permessage-deflate; client_max_window_bits; client_max_window_bits', undefined],
    ['permessage-deflate; client_max_window_bits=', undefined],
    ['x-webkit-deflate-frame', undefined],
  ];
  for (const target of ['/ws', '/socket.io/?EIO=4&transport=websocket']) {
    for (const [offer, answer] of rows) {
      const headers = offer ? [`Sec-WebSocket-Extensions: ${offer}`] : [];
      const { responses } = await exchange(relay.port, upgrade(target, { headers }), { count: 1 });
      assert.equal(responses[0].status, 101);
      assert.equal(responses[0].headers['sec-websocket-extensions'], answer, offer);
    }
  }
});

test('an upgrade is refused when it is not complete', async () => {
  const version = await closedWith(426, upgrade('/ws', { version: '8' }));
  assert.equal(version.headers['sec-websocket-version'], '13');
  await closedWith(400, upgrade('/ws', { key: 'short' }));
  await closedWith(
    400,
    raw('GET /ws HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'),
  );
  await closedWith(400, raw('GET /ws HTTP/1.1', 'Host: x'));
});

test('a client that vanishes while it is answered hurts nobody', async () => {
  for (let i = 0; i < 100; ++i) {
    const connection = await RawConnection.open(relay.port);
    connection.send(
      Buffer.concat([request('GET', '/'), upgrade('/socket.io/?EIO=4&transport=websocket&sid=nobody')]),
    );
    connection.reset();
  }
  await eventually(
    async () => (await relay.stats()).connections.current <= 2,
    'no connection is left behind',
  );
});
