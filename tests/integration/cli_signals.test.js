// Signals to a relay: reload and drain.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { OpsClient, PlainClient, StreamClient, connectedSocketIo, next } from './support/clients.js';
import { start } from './support/ctl.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { exchange, request } from './support/raw.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { slowness } from './support/wait.js';

describe('signals:', () => {
  async function reloading(t, config) {
    const file = path.join(tempDirectory(), 'seneca.json');
    const write = (value) => writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    write(config);
    const served = await startRelay(t, {
      args: ['-c', file],
      logLevel: 'info',
      log: [/ INFO | info |reload/i, /server\.listen/],
    });
    const reload = async (value, said) => {
      write(value);
      const seen = served.ctl.notices.items.length;
      served.ctl.signal('SIGHUP');
      await served.ctl.notices.when(
        (lines) => lines.slice(seen).some((line) => said.test(line)),
        String(said),
      );
    };
    return { served, reload };
  }

  test('SIGHUP puts a new configuration in force, clients stay', async (t) => {
    const { served, reload } = await reloading(t, { plugins: [] });
    const client = await PlainClient.open(t, served.ws());
    await reload(
      { plugins: [{ path: 'topic-filter', config: { deny: ['noise'] } }] },
      /configuration reloaded/,
    );
    await served.publish([seedEvent('noise'), seedEvent('signal')]);
    assert.equal((await client.events.first()).type, 'signal');
    await reload({ plugins: [] }, /configuration reloaded/);
    await served.publish(seedEvent('noise'));
    assert.equal((await client.events.count(2))[1].type, 'noise');
  });

  test('SIGHUP with a bad configuration keeps the old one', async (t) => {
    const { served, reload } = await reloading(t, {
      plugins: [{ path: 'topic-filter', config: { deny: ['noise'] } }],
    });
    const client = await PlainClient.open(t, served.ws());
    served.acceptedLog.push(/./);
    await reload('{"server":', /refused/);
    await reload({ plugins: [{ path: 'no-such-plugin' }] }, /refused/);
    await reload({ plugins: [{ path: 'topic-filter', config: { deni: [] } }] }, /refused/);
    await served.publish([seedEvent('noise'), seedEvent('signal')]);
    assert.equal((await client.events.first()).type, 'signal');
  });

  test('SIGTERM: everything taken in is delivered, clients are told, exit 0', async (t) => {
    const served = await startRelay(t);
    const plain = await PlainClient.open(t, served.ws());
    const ops = await OpsClient.open(t, served);
    const stream = await StreamClient.open(t, served);
    const socket = await connectedSocketIo(t, served);
    const lost = next(socket, 'disconnect');
    const idle = exchange(served.port, request('GET', '/healthz'));
    await ops.tell({ op: 'subscribe', match: '**' });
    const sent = ops.tell({ op: 'publish', events: numbered(2000) });
    await sent;
    const started = Date.now();
    await served.stop();
    assert.ok(Date.now() - started < 6000 * slowness, 'within the drain timeout');
    assert.deepEqual((await plain.end()).code, 1012);
    assert.deepEqual((await ops.end()).code, 1012);
    assert.equal((await lost)[0], 'transport close');
    await stream.closed;
    assert.equal((await idle).ending, 'eof');
    assert.ok(ops.messages.items.some((message) => message.op === 'bye'));
    assertNumbered(plain.events.items, 0, 1999);
    assertNumbered(ops.events.items, 0, 1999);
    assertNumbered(stream.bodies, 0, 1999);
    assertNumbered(
      socket.inbox.items.slice(1).map((item) => item.data),
      0,
      1999,
    );
  });

  test('SIGTERM with clients that do not read ends all the same', async (t) => {
    const served = await startRelay(t, { args: ['--drain-timeout', '1s'] });
    const client = await PlainClient.open(t, served.ws());
    client.socket._socket.pause();
    for (let i = 0; i < 20; ++i) await served.publish(numbered(40, { pad: 20_000 }));
    await served.stop();
  });

  test('SIGINT ends it too', async (t) => {
    const served = start(t, ['serve', '--listen', '127.0.0.1:0']);
    await served.lines.first((line) => line.startsWith('listening '));
    served.signal('SIGINT');
    assert.deepEqual(await served.exit(), { code: 0, signal: null });
  });
});
