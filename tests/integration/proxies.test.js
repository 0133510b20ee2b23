// Who is at the other end when a proxy is between: X-Forwarded-For of those whom the relay trusts.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, test } from 'node:test';

import { io } from 'socket.io-client';

import { PlainClient, next } from './support/clients.js';
import { RawConnection, parseResponses, request } from './support/raw.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const trusting = { 'server.trusted_proxies': '["127.0.0.1","10.0.0.0/8"]' };
const forwarded = (value) => ({ headers: { 'X-Forwarded-For': value } });
const addresses = async (relay) => (await relay.clients()).map((client) => client.address);

/** A connection of a peer that nobody trusts: from another address of this machine. */
const stranger = (relay, headers) =>
  PlainClient.open(null, relay.ws(), {
    headers,
    createConnection: () => net.connect({ host: '127.0.0.1', port: relay.port, localAddress: '127.0.0.2' }),
  });

for (const threads of [1, 2]) {
  describe(`X-Forwarded-For, ${threads} threads`, () => {
    test('a trusted proxy tells whose a WebSocket is, past the proxies in front of it', async (t) => {
      const relay = await startRelay(t, { threads, set: trusting });
      await PlainClient.open(t, relay.ws(), forwarded('198.51.100.7, 192.0.2.1, 10.1.2.3'));
      assert.deepEqual(await addresses(relay), ['192.0.2.1']);
    });

    test('what is no address is not believed', async (t) => {
      const relay = await startRelay(t, { threads, set: trusting });
      await PlainClient.open(t, relay.ws(), forwarded('192.0.2.1, <script>'));
      assert.match((await addresses(relay))[0], /^127\.0\.0\.1:\d+$/);
    });

    test('nobody else is believed', async (t) => {
      const relay = await startRelay(t, { threads, set: trusting });
      const client = await stranger(relay, { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' });
      t.after(() => client.socket.terminate());
      assert.match((await addresses(relay))[0], /^127\.0\.0\.2:\d+$/);
    });

    test('requests on one connection of a proxy are of several clients', async (t) => {
      const relay = await startRelay(t, { threads, set: trusting });
      const connection = await RawConnection.open(relay.port);
      t.after(() => connection.destroy());
      for (const client of ['192.0.2.1', '192.0.2.2', '2001:db8::3'])
        connection.send(
          request('GET', '/socket.io/?EIO=4&transport=polling', { 'X-Forwarded-For': `${client}, 10.0.0.9` }),
        );
      await connection.until((bytes) => parseResponses(bytes).length === 3, 'three sessions');
      assert.deepEqual((await addresses(relay)).sort(), ['192.0.2.1', '192.0.2.2', '2001:db8::3']);
    });

    test('a client keeps its address when it goes from polling to WebSocket', async (t) => {
      const relay = await startRelay(t, { threads, set: trusting });
      const socket = io(relay.url, { forceNew: true, reconnection: false, extraHeaders: forwarded('192.0.2.1').headers });
      t.after(() => socket.disconnect());
      await next(socket, 'connect');
      await eventually(() => socket.io.engine.transport.name === 'websocket', 'the upgrade');
      await eventually(async () => {
        const [client] = await relay.clients();
        return client.protocol === 'socketio' && client.address === '192.0.2.1';
      }, 'the client as the relay has it');
    });
  });
}

test('a reload changes who is trusted, for requests from then on', async (t) => {
  const file = path.join(tempDirectory(), 'seneca.json');
  const write = (proxies) => writeFileSync(file, JSON.stringify({ server: { trusted_proxies: proxies } }));
  write([]);
  const relay = await startRelay(t, {
    args: ['--config', file],
    logLevel: 'info',
    log: [/ info /],
  });
  await PlainClient.open(t, relay.ws(), forwarded('192.0.2.1'));
  write(['127.0.0.0/8']);
  relay.ctl.signal('SIGHUP');
  await relay.ctl.notices.first((line) => /configuration reloaded/.test(line), 'the reload');
  await PlainClient.open(t, relay.ws(), forwarded('192.0.2.2'));
  const [first, second] = (await addresses(relay)).sort();
  assert.match(first, /^127\.0\.0\.1:\d+$/);
  assert.equal(second, '192.0.2.2');
});
