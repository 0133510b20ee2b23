// The Engine.IO handshake, and requests that are none.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { RawConnection, exchange, parseResponses, request } from './support/raw.js';
import { upgrade, openEngineIo } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { eventually } from './support/wait.js';

const endpoint = '/socket.io/?EIO=4&transport=websocket';
let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stopAlive());

const open = (t) => openEngineIo(t, relay);

describe('the handshake', () => {
  test('says what the reference server says', async (t) => {
    const { handshake } = await open(t);
    assert.deepEqual(Object.keys(handshake), [
      'sid',
      'upgrades',
      'pingInterval',
      'pingTimeout',
      'maxPayload',
    ]);
    assert.deepEqual(handshake.upgrades, []);
    assert.deepEqual(
      [handshake.pingInterval, handshake.pingTimeout, handshake.maxPayload],
      [25_000, 60_000, 1_000_000],
    );
  });

  test('works without the slash as well', async () => {
    const { responses } = await exchange(relay.port, upgrade('/socket.io?EIO=4&transport=websocket'), {
      count: 1,
    });
    assert.equal(responses[0].status, 101);
  });

  const rows = [
    ['no transport', 'GET', 'EIO=4', 0],
    ['an unknown transport', 'GET', 'EIO=4&transport=telegraph', 0],
    ['transport=__proto__', 'GET', 'EIO=4&transport=__proto__', 0],
    ['transport=constructor', 'GET', 'EIO=4&transport=constructor', 0],
    ['an unknown sid', 'GET', 'EIO=4&transport=websocket&sid=nobody', 1],
    ['sid=__proto__', 'GET', 'EIO=4&transport=websocket&sid=__proto__', 1],
    ['a sid of 10 KB', 'GET', `EIO=4&transport=websocket&sid=${'x'.repeat(10_000)}`, 1],
    ['another method', 'PUT', 'EIO=4&transport=websocket', 2],
    ['websocket without an upgrade', 'GET', 'EIO=4&transport=websocket', 3],
  ];
  for (const [what, method, query, code] of rows) {
    test(`is refused: ${what}`, async () => {
      const length = { length: method === 'PUT' };
      const { responses } = await exchange(
        relay.port,
        request(method, `/socket.io/?${query}`, {}, '', length),
        { count: 1 },
      );
      assert.equal(responses[0].status, 400);
      assert.equal(responses[0].json().code, code, responses[0].text);
    });
  }

  test('is refused for every version but 4', async () => {
    for (const version of ['EIO=3&', 'EIO=5&', 'EIO=&', '']) {
      const bytes = upgrade(`/socket.io/?${version}transport=websocket`);
      const { responses } = await exchange(relay.port, bytes, { count: 1 });
      assert.equal(responses[0].status, 400, version);
      assert.match(responses[0].text, /Unsupported protocol version/);
    }
  });

  test('with a NUL in the sid is no request at all', async () => {
    const { responses } = await exchange(relay.port, upgrade(`${endpoint}&sid=a%00b`), { count: 1 });
    assert.equal(responses[0].status, 400);
  });

  test('is answered to pages of allowed origins, errors too', async () => {
    const origin = { Origin: 'http://localhost:3000' };
    const { responses } = await exchange(relay.port, request('GET', '/socket.io/?EIO=4', origin), {
      count: 1,
    });
    assert.equal(responses[0].headers['access-control-allow-origin'], origin.Origin);
    assert.equal(responses[0].headers['access-control-allow-credentials'], 'true');
  });

  test('may be cut off a thousand times', async () => {
    for (let round = 0; round < 10; ++round) {
      await Promise.all(
        Array.from({ length: 100 }, async (_, i) => {
          const connection = await RawConnection.open(relay.port);
          connection.send(upgrade(i % 2 ? endpoint : `${endpoint}&sid=bad`));
          if (i % 3 === 0) await connection.until((got) => parseResponses(got)[0]).catch(() => {});
          connection.reset();
        }),
      );
    }
    await eventually(
      async () => (await relay.stats()).connections.current <= 2,
      'no connection is left behind',
    );
  });
});
