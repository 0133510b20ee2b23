// Engine.IO's long polling, request by request.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { OpsClient } from './support/clients.js';
import { run } from './support/ctl.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { PollingSession, assertError, endpoint, eventsOf, packetsOf } from './support/polling.js';
import { RawConnection, exchange, request } from './support/raw.js';
import { frame, opcode, textFrame, upgrade } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { eventually, patience, slowness, within } from './support/wait.js';

const page = 'http://localhost:3000';
const tick = (n) => seedEvent('agent.tick', { n });
let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stopAlive());

describe('the handshake', () => {
  test('says what the reference server says', async () => {
    const answer = await relay.get(endpoint);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.match(answer.text, /^0\{/);
    const { sid, ...rest } = JSON.parse(answer.text.slice(1));
    assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
    assert.deepEqual(rest, {
      upgrades: ['websocket'],
      pingInterval: 25_000,
      pingTimeout: 60_000,
      maxPayload: 1_000_000,
    });
  });

  test('works without the slash, and with what older clients add', async () => {
    const answer = await relay.get('/socket.io?EIO=4&transport=polling&t=abc&b64=1&j=0');
    assert.equal(answer.status, 200);
    assert.match(answer.text, /^0\{/);
  });

  const refused = [
    ['no transport', 'GET', '/socket.io/?EIO=4', 0],
    ['an unknown transport', 'GET', '/socket.io/?EIO=4&transport=telegraph', 0],
    ['an unknown transport and an unknown sid', 'GET', '/socket.io/?EIO=4&transport=__proto__&sid=x', 0],
    ['a POST without sid', 'POST', endpoint, 2],
    ['a PUT without sid', 'PUT', endpoint, 2],
    ['a DELETE without sid and EIO', 'DELETE', '/socket.io/?transport=polling', 2],
    ['EIO=3', 'GET', '/socket.io/?EIO=3&transport=polling', 5],
    ['no EIO', 'GET', '/socket.io/?transport=polling', 5],
  ];
  for (const [what, method, path, code] of refused) {
    test(`is refused: ${what}`, async () => assertError(await relay.request(method, path), code));
  }
});

describe('a request for a session is refused', () => {
  for (const sid of ['nobody', '__proto__', 'constructor', 'x'.repeat(10_000)]) {
    for (const method of ['GET', 'POST', 'PUT']) {
      test(`${method} with the unknown sid ${sid.slice(0, 20)}`, async () =>
        assertError(await relay.request(method, `${endpoint}&sid=${sid}`, { body: '' }), 1));
    }
  }

  test('when it asks for a WebSocket without an upgrade', async () => {
    const session = await PollingSession.open(relay);
    assertError(await relay.get(`/socket.io/?EIO=4&transport=websocket&sid=${session.sid}`), 3);
    await session.assertAlive();
  });

  test('when it has another EIO', async () => {
    const session = await PollingSession.open(relay);
    assertError(await relay.get(`/socket.io/?EIO=3&transport=polling&sid=${session.sid}`), 3);
    await session.assertAlive();
  });

  test('with 500 when its method is neither GET nor POST', async () => {
    const session = await PollingSession.open(relay);
    assertError(await relay.request('PUT', session.path), 3, 500);
    assertError(await relay.request('DELETE', session.path), 3, 500);
    await session.assertAlive();
  });

  test('when it upgrades with another EIO, with none or as polling', async () => {
    const session = await PollingSession.open(relay);
    const refusal = async (query) => {
      const bytes = upgrade(`/socket.io/?${query}&sid=${session.sid}`);
      const { responses } = await exchange(relay.port, bytes, { count: 1 });
      assert.equal(responses[0].status, 400, query);
      assert.equal(responses[0].headers['content-type'], 'text/html');
      return responses[0].text;
    };
    assert.equal(await refusal('EIO=3&transport=websocket'), 'Bad request');
    assert.equal(await refusal('transport=websocket'), 'Bad request');
    // Only sockets that ask for a WebSocket are brought to the shard that knows the session.
    assert.match(await refusal('EIO=4&transport=polling'), /^(Bad request|Session ID unknown)$/);
    await session.assertAlive();
  });
});

describe('pages of other origins', () => {
  const assertAllowed = ({ headers }) => {
    assert.equal(headers['access-control-allow-origin'], page);
    assert.equal(headers['access-control-allow-credentials'], 'true');
    assert.match(headers.vary, /\bOrigin\b/);
  };

  test('may read answers and errors', async () => {
    const headers = { origin: page };
    const opened = await relay.get(endpoint, { headers });
    assertAllowed(opened);
    const path = `${endpoint}&sid=${JSON.parse(opened.text.slice(1)).sid}`;
    const posted = await relay.request('POST', path, { headers, body: '40' });
    assert.equal(posted.text, 'ok');
    assertAllowed(posted);
    assertAllowed(await relay.get(path, { headers }));
    for (const wrong of ['/socket.io/?EIO=4', `${endpoint}&sid=nobody`, '/socket.io/?transport=polling']) {
      const refused = await relay.get(wrong, { headers });
      assert.equal(refused.status, 400);
      assertAllowed(refused);
    }
    assertAllowed(await relay.request('PUT', path, { headers }));
  });

  test('may read why a payload is refused before it is read', async () => {
    const headers = { Origin: page, 'Content-Length': 1_000_001 };
    const { responses } = await exchange(relay.port, request('POST', `${endpoint}&sid=x`, headers), { count: 1 });
    assert.equal(responses[0].status, 413);
    assertAllowed(responses[0]);
  });

  test('may ask whether they may post', async () => {
    const answer = await relay.request('OPTIONS', endpoint, {
      headers: {
        origin: page,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-own',
      },
    });
    assert.equal(answer.status, 204);
    assert.equal(answer.text, '');
    assertAllowed(answer);
    const methods = answer.headers['access-control-allow-methods'].split(', ');
    assert.ok(methods.includes('GET') && methods.includes('POST'), methods);
    assert.equal(answer.headers['access-control-allow-headers'], 'content-type,x-own');
  });

  test('may do nothing when they are not allowed', async () => {
    const strict = { headers: { origin: 'http://elsewhere.example' } };
    const answer = await relay.get(endpoint, strict);
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  });
});

describe('a POST', () => {
  test('is answered with ok, as text/html', async () => {
    const session = await PollingSession.open(relay);
    const answer = await session.post('40');
    assert.equal(answer.status, 200);
    assert.equal(answer.text, 'ok');
    assert.match(answer.headers['content-type'], /^text\/html/);
  });

  test('may hold many packets, which are handled in order', async () => {
    const session = await PollingSession.open(relay);
    const joins = Array.from({ length: 100 }, (_, i) => `42${i}["join","r"]`);
    assert.equal((await session.post(['40', ...joins].join('\x1e'))).text, 'ok');
    await session.until((packets) => packets.some((packet) => packet.startsWith('4399')));
    const acknowledged = session.packets.filter((packet) => packet.startsWith('43'));
    assert.deepEqual(
      acknowledged.map((packet) => Number(/^43(\d+)/.exec(packet)[1])),
      joins.map((_, i) => i),
    );
  });

  test('may hold 1024 packets and no more', async () => {
    const session = await PollingSession.join(relay);
    const many = (count) => Array(count).fill('6').join('\x1e');
    assert.equal((await session.post(many(1024))).text, 'ok');
    assertError(await session.post(many(1025)), 3);
    await session.assertOver();
  });

  test('of maxPayload one-byte packets costs next to nothing', async () => {
    const session = await PollingSession.join(relay);
    const before = relay.cpuSeconds();
    assertError(await session.post('6\x1e'.repeat(499_999)), 3);
    const cost = relay.cpuSeconds() - before;
    assert.ok(cost < 0.5 * slowness, `${cost} s of processor time`);
    await session.assertOver();
  });

  test('of maxPayload is taken, of one byte more refused with 413, and the session lives', async () => {
    const session = await PollingSession.join(relay);
    const { maxPayload } = session.handshake;
    // "4" and a Socket.IO ack of nothing, which is ignored
    const whole = `431["${'x'.repeat(maxPayload - 7)}"]`;
    assert.equal(whole.length, maxPayload);
    assert.equal((await session.post(whole)).text, 'ok');
    const connection = await RawConnection.open(relay.port);
    connection.send(request('POST', session.path, { 'Content-Length': maxPayload + 1 }));
    await connection.until((got) => got.includes('HTTP/1.1 413 '), 'a 413');
    connection.destroy();
    await session.assertAlive();
  });

  test('brings binary as base64, for the packet before it', async () => {
    const session = await PollingSession.join(relay);
    const header = '451-7["x",{"_placeholder":true,"num":0}]';
    assert.equal((await session.post([header, 'bAQID', '428["join","r"]'].join('\x1e'))).text, 'ok');
    await session.until((packets) => packets.some((packet) => packet.startsWith('438')));
    assert.match(session.packets.find((packet) => packet.startsWith('437')), /binary_unsupported/);
  });

  for (const [what, body] of Object.entries({
    'an open packet': '0{}',
    'an upgrade packet': '5',
    'a noop': '6',
    'a pong nobody asked for': '3',
  })) {
    test(`of ${what} changes nothing`, async () => {
      const session = await PollingSession.join(relay);
      assert.equal((await session.post(body)).text, 'ok');
      await relay.publish(tick(1));
      await session.untilEvent(1);
    });
  }

  const octets = { 'content-type': 'application/octet-stream' };
  const fatal = {
    'without a body': [''],
    'of an empty packet': ['6\x1e\x1e6'],
    'of a separator alone': ['\x1e'],
    'of an unknown type': ['8'],
    'of another unknown type': ['x'],
    'of a ping': ['2'],
    'of a probe': ['2probe'],
    'of bad base64': ['b***'],
    'of invalid UTF-8': [Buffer.from([0x34, 0x33, 0xff, 0xfe])],
    'of invalid UTF-8 at the end': [Buffer.from([0x36, 0x1e, 0x36, 0xe2, 0x82])],
    'of raw bytes': [Buffer.from([1, 2, 3]), octets],
    'that calls itself raw bytes': ['6', octets],
    'of a Socket.IO packet that is none': ['49'],
  };
  for (const [what, [body, headers]] of Object.entries(fatal)) {
    test(`${what} ends the session`, async () => {
      const session = await PollingSession.join(relay);
      assertError(await session.post(body, headers), 3);
      await session.assertOver();
    });
  }

  test('of raw bytes a thousand times leaves no descriptor behind', async () => {
    const descriptors = () => readdirSync(`/proc/${relay.pid}/fd`).length;
    const before = descriptors();
    for (let round = 0; round < 20; ++round)
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const session = await PollingSession.open(relay);
          assertError(await session.post(Buffer.from([1, 2, 3]), octets), 3);
        }),
      );
    await eventually(() => descriptors() <= before, 'as many descriptors as before');
  });

  test('that ends the session with an error gives a pending GET a close packet', async (t) => {
    const session = await PollingSession.join(relay);
    const pending = await session.pendingGet(t);
    assertError(await session.post('8'), 3);
    assert.equal((await pending.answer()).text, '1');
    await session.assertOver();
  });

  test('of a close packet ends the session, and a pending GET with a noop', async (t) => {
    const session = await PollingSession.join(relay);
    const pending = await session.pendingGet(t);
    assert.equal((await session.post('1')).text, 'ok');
    assert.equal((await pending.answer()).text, '6');
    await session.assertOver();
  });

  test('nothing behind a close packet is handled', async () => {
    const session = await PollingSession.join(relay);
    const { delivery } = await relay.stats();
    assert.equal((await session.post('1\x1e42["publish",{"type":"agent.x","data":1}]')).text, 'ok');
    await session.assertOver();
    assert.equal((await relay.stats()).delivery.events_published, delivery.events_published);
  });
});

describe('a GET', () => {
  test('waits for an event', async (t) => {
    const session = await PollingSession.join(relay);
    const pending = await session.pendingGet(t);
    await relay.publish(tick(5));
    assertNumbered(eventsOf(packetsOf((await pending.answer()).text)), 5, 5);
  });

  test('at the same time as another ends the session, and the other with a close packet', async (t) => {
    const session = await PollingSession.join(relay);
    const pending = await session.pendingGet(t);
    assertError(await session.get(), 3);
    const first = await pending.answer();
    assert.equal(first.status, 200);
    assert.equal(first.text, '1');
    await session.assertOver();
  });

  test('that the client gives up ends the session', async (t) => {
    for (const giveUp of ['destroy', 'reset']) {
      const session = await PollingSession.join(relay);
      const pending = await session.pendingGet(t);
      pending.connection[giveUp]();
      await session.assertOver();
      assert.ok(!(await relay.clients()).some((client) => client.id === session.sid));
    }
  });

  test('brings at most 16 packets, and the rest in the next ones, in order', async () => {
    const session = await PollingSession.join(relay);
    await relay.publish(numbered(100));
    const sizes = [];
    while (eventsOf(session.packets).length < 100) sizes.push((await session.poll()).length);
    assert.equal(Math.max(...sizes), 16, `packets in the answers: ${sizes}`);
    assertNumbered(eventsOf(session.packets), 0, 99);
  });

  test('of large events brings some of them at a time, and loses none', async () => {
    const session = await PollingSession.join(relay);
    await relay.publish(numbered(10, { pad: 60_000 }));
    const sizes = [];
    while (eventsOf(session.packets).length < 10) sizes.push((await session.poll()).join('\x1e').length);
    assert.ok(Math.max(...sizes) < 400_000, `bytes of the answers: ${sizes}`);
    assertNumbered(eventsOf(session.packets), 0, 9);
  });

  test('and another request may share a connection', async () => {
    const session = await PollingSession.open(relay);
    const answers = Buffer.concat([
      request('POST', session.path, {}, '40'),
      request('GET', session.path),
      request('POST', session.path, {}, '421["join","r"]'),
      request('GET', session.path),
    ]);
    const { responses } = await exchange(relay.port, answers, { count: 4 });
    assert.deepEqual(
      responses.map((response) => response.status),
      [200, 200, 200, 200],
    );
    assert.equal(responses[0].text, 'ok');
    assert.equal(responses[2].text, 'ok');
    assert.match(packetsOf(responses[3].text).join(), /431\[/);
  });
});

describe('heartbeats', () => {
  test('come by GET, and a client that answers them stays', async (t) => {
    const quick = await startRelay(t, { set: { 'server.ping_interval': 0.3, 'server.ping_timeout': 2 } });
    const session = await PollingSession.join(quick);
    assert.deepEqual([session.handshake.pingInterval, session.handshake.pingTimeout], [300, 2000]);
    // Longer than a client that says nothing would live.
    const end = Date.now() + 3000;
    while (Date.now() < end) {
      assert.deepEqual(await session.poll(), ['2']);
      assert.equal((await session.post('3')).text, 'ok');
    }
    await quick.publish(tick(1));
    await session.untilEvent(1);
  });

  test('that are not answered end the session, and the GET that waits with an error', async (t) => {
    const quick = await startRelay(t, { set: { 'server.ping_interval': 0.2, 'server.ping_timeout': 0.3 } });
    const session = await PollingSession.join(quick);
    assert.deepEqual(await session.poll(), ['2']);
    assertError(await session.get(), 1);
    await session.assertOver();
  });

  test('end the session to the millisecond', async (t) => {
    const quick = await startRelay(t, { set: { 'server.ping_interval': 0.3, 'server.ping_timeout': 0.2 } });
    // On a busy machine a heartbeat may be sent late, and then more time is given; not every time.
    const statuses = [];
    while (statuses.length < 10 && statuses.at(-1) !== 400) {
      const session = await PollingSession.open(quick);
      await new Promise((resolve) => setTimeout(resolve, 500));
      statuses.push((await session.get()).status);
    }
    assert.equal(statuses.at(-1), 400, statuses.join());
  });

  test('also limit how long a client may stay without a namespace', async (t) => {
    const quick = await startRelay(t, { set: { 'server.connect_timeout': 0.3 } });
    const session = await PollingSession.open(quick);
    assertError(await session.get(), 1);
  });
});

describe('an upgrade', () => {
  const is = (text) => (each) => each === text;
  const probe = async (session, t) => {
    const socket = await session.socket(t);
    socket.send(textFrame('2probe'));
    assert.equal(await socket.text(), '3probe');
    return socket;
  };

  test('ends the pending GET with a noop, and the session goes on by WebSocket', async (t) => {
    const session = await PollingSession.join(relay);
    const pending = await session.pendingGet(t);
    const socket = await probe(session, t);
    assert.equal((await pending.answer()).text, '6');
    socket.send(textFrame('5'));
    socket.send(textFrame('421["join","r"]'));
    await socket.text((text) => text.startsWith('431'));
    await relay.publish(tick(3));
    await socket.text((text) => text.startsWith('42["agent_update"'));
    assert.deepEqual(
      eventsOf(socket.texts).map((event) => event.data.n),
      [3],
    );
  });

  test('ends each further GET with a noop soon, until it is done', async (t) => {
    const session = await PollingSession.join(relay);
    await probe(session, t);
    for (let i = 0; i < 3; ++i) assert.deepEqual(await session.poll(), ['6']);
  });

  test('leaves everything to polling until it is done', async (t) => {
    const session = await PollingSession.join(relay);
    const socket = await probe(session, t);
    await relay.publish(tick(1));
    await session.untilEvent(1);
    assert.equal((await session.post('421["join","r"]')).text, 'ok');
    await session.until((packets) => packets.some((packet) => packet.startsWith('431')));
    assert.deepEqual(socket.texts, ['3probe']);
  });

  test('takes along what waits, in order', async (t) => {
    const session = await PollingSession.join(relay);
    await relay.publish(numbered(100));
    await session.poll();
    const before = eventsOf(session.packets).length;
    assert.ok(before <= 16);
    const socket = await probe(session, t);
    socket.send(textFrame('5'));
    await relay.publish(numbered(100, { from: 100 }));
    await socket.text((text) => text.includes('"n":199'));
    assertNumbered([...eventsOf(session.packets), ...eventsOf(socket.texts)], 0, 199);
  });

  test('may be done in one segment, without a pending GET', async (t) => {
    const session = await PollingSession.open(relay);
    const socket = await session.socket(t);
    socket.send(Buffer.concat(['2probe', '5', '40', '421["join","r"]'].map((text) => textFrame(text))));
    await socket.text((text) => text.startsWith('431'));
    assert.equal(socket.texts[0], '3probe');
    // What waited for the first GET: the open packet had gone with the handshake.
    assert.match(socket.texts[1], /^40\{/);
  });

  test('is over with its 5: requests behind it are refused', async (t) => {
    for (let round = 0; round < 10; ++round) {
      const session = await PollingSession.join(relay);
      const socket = await probe(session, t);
      socket.send(textFrame('5'));
      socket.send(textFrame('421["join","r"]'));
      await socket.text((text) => text.startsWith('431'));
      assertError(await session.get(), 3);
      assertError(await session.post('6'), 3);
      // It harms nobody.
      socket.send(textFrame('422["join","r"]'));
      await socket.text((text) => text.startsWith('432'));
      socket.destroy();
    }
  });

  test('leaves nothing behind when its WebSocket ends', async (t) => {
    const session = await PollingSession.join(relay);
    const socket = await probe(session, t);
    socket.send(textFrame('5'));
    socket.send(textFrame('1'));
    assert.equal(await socket.closeCode(), 1000);
    await session.assertOver();
  });

  test('happens once: a second WebSocket is closed, before and after', async (t) => {
    const session = await PollingSession.join(relay);
    const socket = await probe(session, t);
    assert.equal(await (await session.socket(t)).closeCode(), 1002);
    socket.send(textFrame('5'));
    socket.send(textFrame('421["join","r"]'));
    await socket.text((text) => text.startsWith('431'));
    assert.equal(await (await session.socket(t)).closeCode(), 1002);
    socket.send(textFrame('422["join","r"]'));
    await socket.text((text) => text.startsWith('432'));
  });

  const wrong = {
    'a message': [textFrame('4hello')],
    'a ping': [textFrame('2')],
    'another probe': [textFrame('2probe'), textFrame('2probe')],
    'a 5 before the probe': [textFrame('5')],
    'binary': [frame(opcode.binary, '2probe')],
    'a message behind the probe': [textFrame('2probe'), textFrame('42["x"]')],
    'nothing': [textFrame('')],
  };
  for (const [what, frames] of Object.entries(wrong)) {
    test(`fails on ${what}: the WebSocket is closed, polling lives on`, async (t) => {
      const session = await PollingSession.join(relay);
      const socket = await session.socket(t);
      socket.send(Buffer.concat(frames));
      assert.equal(await socket.closeCode(), 1002);
      await relay.publish(tick(1));
      await session.untilEvent(1);
      // And the client may try again.
      const second = await probe(session, t);
      second.send(textFrame('5'));
      await relay.publish(tick(2));
      await second.text((text) => text.includes('"n":2'));
    });
  }

  for (const [how, lose] of Object.entries({ 'a reset': (raw) => raw.reset(), 'its end': (raw) => raw.destroy() })) {
    test(`whose WebSocket is lost by ${how} leaves polling alive`, async (t) => {
      const session = await PollingSession.join(relay);
      const socket = await probe(session, t);
      lose(socket.raw);
      await relay.publish(tick(1));
      await session.untilEvent(1);
      // Once the relay has noticed, a GET waits for events again, and another WebSocket may try.
      await eventually(async () => {
        const next = await session.socket(t);
        next.send(textFrame('2probe'));
        return next.text(is('3probe')).catch(() => false);
      }, 'another upgrade');
    });
  }

  test('that is not finished within 10 s loses its WebSocket, and polling lives on', async (t) => {
    const session = await PollingSession.join(relay);
    const start = Date.now();
    const sockets = [await session.socket(t)];
    const probed = await PollingSession.join(relay);
    sockets.push(await probe(probed, t));
    for (const socket of sockets)
      assert.equal(await socket.closeCode('the end of the upgrade', 30_000 * slowness), 1008);
    const seconds = (Date.now() - start) / 1000;
    assert.ok(seconds > 9 && seconds < 13 + 10 * (slowness - 1), `closed after ${seconds} s`);
    await relay.publish(tick(1));
    await session.untilEvent(1);
    await probed.untilEvent(1);
  });

  test('of an unknown session is refused, as text', async () => {
    for (const sid of ['nobody', '__proto__']) {
      const bytes = upgrade(`/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
      const { responses } = await exchange(relay.port, bytes, { count: 1 });
      assert.equal(responses[0].status, 400);
      assert.equal(responses[0].text, 'Session ID unknown');
      assert.match(responses[0].headers['content-type'], /^text\/html/);
    }
  });

  test('shows in senecactl stats --clients', async (t) => {
    const session = await PollingSession.join(relay);
    const shown = async () => {
      const { stdout } = await run(['stats', '--clients'], { env: { SENECA_URL: relay.url } });
      return stdout.split('\n').find((line) => line.includes(session.sid));
    };
    assert.match(await shown(), /\bsocketio\.polling\b/);
    const socket = await probe(session, t);
    assert.match(await shown(), /\bsocketio\.polling\b/);
    socket.send(textFrame('5'));
    socket.send(textFrame('421["join","r"]'));
    await socket.text((text) => text.startsWith('431'));
    assert.match(await shown(), /\bsocketio(?!\.polling)\b/);
  });
});

for (const threads of [2, 4]) {
  describe(`on ${threads} shards`, () => {
    let many;
    before(async () => {
      many = await startRelay(null, { threads });
    });
    after(() => many.stopAlive());

    test('a session gets its events in order, whichever shard its requests reach', async () => {
      const session = await PollingSession.join(many);
      const all = (async () => {
        for (let from = 0; from < 400; from += 20) await many.publish(numbered(20, { from }));
      })();
      await session.untilEvent(399);
      await all;
      assertNumbered(eventsOf(session.packets), 0, 399);
    });

    test('what a session sends is handled in order, whichever shard its requests reach', async () => {
      const session = await PollingSession.join(many);
      for (let n = 0; n < 50; ++n) {
        const packet = `42${n}["publish",${JSON.stringify({ type: 'agent.own', data: { n } })}]`;
        assert.equal((await session.post(packet)).text, 'ok');
      }
      const acks = () => session.packets.filter((packet) => packet.startsWith('43'));
      await session.until(() => acks().length === 50 && eventsOf(session.packets).length === 50);
      assertNumbered(eventsOf(session.packets), 0, 49);
    });

    test('a session upgrades, whichever shard its WebSocket reaches', async (t) => {
      for (let round = 0; round < 20; ++round) {
        const session = await PollingSession.join(many);
        const socket = await session.socket(t);
        socket.send(Buffer.concat([textFrame('2probe'), textFrame('5')]));
        await many.publish(tick(round));
        await socket.text((text) => text.includes(`"n":${round}`));
        assertError(await session.get(), 3);
        socket.destroy();
      }
    });

    test('200 sessions at once all get all events in order', async () => {
      const sessions = await Promise.all(Array.from({ length: 200 }, () => PollingSession.join(many)));
      const received = sessions.map((session) => session.untilEvent(39));
      for (let from = 0; from < 40; from += 10) await many.publish(numbered(10, { from }));
      await within(2 * patience, 'all events for all', Promise.all(received));
      for (const session of sessions) assertNumbered(eventsOf(session.packets), 0, 39);
      const sids = new Set(sessions.map((session) => session.sid));
      assert.equal(sids.size, 200);
      const known = async () => (await many.clients()).filter((client) => sids.has(client.id)).length;
      assert.equal(await known(), 200);
      await Promise.all(sessions.map((session) => session.post('1')));
      assert.equal(await known(), 0);
    });
  });
}

test('a relay that stops ends pending GETs with an error, after which clients come back', async (t) => {
  const stopping = await startRelay(t);
  // As many as it takes for some to wait on another shard than their session's.
  const waiting = await Promise.all(
    Array.from({ length: 20 }, async () => (await PollingSession.join(stopping)).pendingGet(t)),
  );
  const start = Date.now();
  await stopping.stop();
  for (const pending of waiting) assertError(await pending.answer(), 1);
  const seconds = (Date.now() - start) / 1000;
  assert.ok(seconds < 4 * slowness, `stopped after ${seconds} s`);
});

test('an event is counted once, however it is published', async (t) => {
  const ops = await OpsClient.open(t, relay);
  const session = await PollingSession.join(relay);
  const published = async () => (await relay.stats()).delivery.events_published;
  const counts = async (publish) => {
    const before = await published();
    await publish();
    return (await published()) - before;
  };
  assert.equal(await counts(() => ops.tell({ op: 'publish', event: tick(1) })), 1);
  assert.equal(await counts(() => relay.publish(numbered(3))), 3);
  const polling = async () => {
    await session.post('421["publish",{"type":"agent.x","data":1}]');
    await session.until((packets) => packets.some((packet) => packet.startsWith('431')));
  };
  assert.equal(await counts(polling), 1);
});
