// senecactl bench: each mode against a relay, and what it says about servers that are not as it expects.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { assertRefused, run, start } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { eventually, slowness } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

const short = ['--duration', '300ms', '--warmup', '100ms'];

/** The figures of a run that must go well. */
async function bench(...args) {
  const end = await run(['bench', ...args, '--url', relay.url, '--json']);
  assert.equal(end.code, 0, end.stderr + end.stdout);
  const figures = JSON.parse(end.stdout);
  assert.equal(figures.problem, undefined);
  return figures;
}

async function listening(t, server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `ws://127.0.0.1:${server.address().port}`;
}

describe('fanout', () => {
  for (const protocol of ['ws', 'socketio', 'sse']) {
    test(`everything published arrives, over ${protocol}`, async () => {
      const figures = await bench('fanout', ...short, '--clients', '10', '--protocol', protocol);
      assert.equal(figures.checked_clients, 4);
      assert.ok(figures.published > 0);
      assert.deepEqual([figures.lost, figures.order_violations, figures.connections_closed], [0, 0, 0]);
    });
  }

  const nats = '/usr/sbin/nats-server';
  const without = existsSync(nats) ? false : 'nats-server is not installed';
  test('everything published arrives, over nats', { skip: without }, async (t) => {
    // The kernel chooses the port; what it chose is in the log.
    const server = spawn(nats, ['--addr', '127.0.0.1', '--port', '-1'], { stdio: ['ignore', 'ignore', 'pipe'] });
    t.after(() => server.kill('SIGKILL'));
    let log = '';
    server.stderr.on('data', (text) => (log += text));
    const listens = /Listening for client connections on 127\.0\.0\.1:(\d+)/;
    await eventually(() => listens.test(log) && log.includes('Server is ready'), 'nats-server is ready');
    const port = listens.exec(log)[1];
    const figures = await bench(
      ...['fanout', ...short, '--clients', '3', '--protocol', 'nats'],
      ...['--target', `ws://127.0.0.1:${port}`],
    );
    assert.ok(figures.published > 0);
    assert.deepEqual([figures.lost, figures.order_violations, figures.connections_closed], [0, 0, 0]);
  });

  test('counted subscribers are as many deliveries as checked ones', async () => {
    const few = await bench(
      'fanout',
      ...['--duration', `${300 * slowness}ms`, '--warmup', '100ms'],
      '--clients',
      '8',
      '--check',
      '1',
      '--batch',
      '1',
      '--window',
      '1',
    );
    const ratio = few.deliveries_per_second / few.publishes_per_second;
    assert.ok(Math.abs(ratio - 8) < 0.4, `${ratio} deliveries for a publication to 8`);
  });

  test('at a fixed rate the rate is kept and latencies are told', async () => {
    const figures = await bench('fanout', ...short, '--clients', '5', '--rate', '200/s');
    assert.equal(figures.checked_clients, 5);
    // 400 ms at 200/s, and what fell due while the last turn was late; 300 ms of it measured.
    const { published, latency_samples: samples } = figures;
    assert.ok(published >= 81 && published < 100, `${published} published`);
    assert.ok(samples >= 5 * 60 && samples <= 5 * published, `${samples} latencies`);
    assert.ok(figures.latency_p50_us <= figures.latency_p99_us);
    assert.ok(figures.latency_p99_us <= figures.latency_max_us * 1.01);
  });

  test("the server's processor and memory are read", async () => {
    const figures = await bench('fanout', ...short, '--server-pid', String(relay.pid));
    assert.ok(figures.server_cpu > 0);
    assert.ok(figures.server_resident_bytes > 1e6);
  });
});

describe('publish', () => {
  for (const protocol of ['ws', 'socketio', 'http']) {
    test(`every event is answered, over ${protocol}`, async () => {
      const before = (await relay.stats()).intake.events;
      const figures = await bench('publish', ...short, '--protocol', protocol, '--clients', '2', '--window', '256');
      assert.ok(figures.accepted > 0);
      assert.deepEqual([figures.refused, figures.unanswered], [0, 0]);
      assert.equal(figures.accepted, figures.published);
      const taken = async () => (await relay.stats()).intake.events - before === figures.published;
      await eventually(taken, 'the relay counts as many');
    });
  }
});

test('latency has a rate of its own', async () => {
  const figures = await bench('latency', ...short, '--clients', '3');
  assert.equal(figures.rate_per_second, 100);
  assert.ok(figures.latency_p999_us > 0);
});

describe('connect', () => {
  for (const protocol of ['ws', 'socketio', 'sse']) {
    test(`connections are made and held, over ${protocol}`, async () => {
      const figures = await bench(
        'connect',
        '--clients',
        '50',
        '--duration',
        '100ms',
        '--protocol',
        protocol,
      );
      assert.deepEqual([figures.connected, figures.failed, figures.connections_closed], [50, 0, 0]);
      assert.equal(figures.handshake_samples, 50);
      assert.ok(figures.connections_per_second > 0);
    });
  }
});

describe('servers that are not as expected', () => {
  const at = (url, ...args) => run(['bench', ...args, '--target', url, ...short, '--timeout', '500ms']);

  test('nobody listens', async () => {
    for (const mode of ['fanout', 'publish', 'latency'])
      assertRefused(await at('ws://127.0.0.1:1', mode), 69, /127\.0\.0\.1:1: connection refused$/m);
    const end = await run(['bench', 'connect', '--target', 'ws://127.0.0.1:1']);
    assertRefused(end, 69, /connection refused$/m);
  });

  test('it denies access', async (t) => {
    const server = http.createServer().on('upgrade', (_, socket) => {
      socket.on('error', () => {}).end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    });
    assertRefused(await at(await listening(t, server), 'fanout'), 77, /HTTP 403 Forbidden/);
  });

  test('it is no WebSocket server, or no HTTP server', async (t) => {
    const page = http.createServer((_, response) => response.end('hello'));
    const pageUrl = await listening(t, page);
    assertRefused(await at(pageUrl, 'fanout'), 69, /no WebSocket: the server answered HTTP 200 OK/);
    assertRefused(
      await at(pageUrl, 'fanout', '--protocol', 'sse'),
      69,
      /no event stream: the server answered a page/,
    );
    const mail = net.createServer((socket) => socket.on('error', () => {}).end('220 mail ready\r\n'));
    const mailUrl = await listening(t, mail);
    assertRefused(await at(mailUrl, 'fanout'), 69, /does not speak HTTP|reset/);
    const nats = await at(mailUrl, 'fanout', '--protocol', 'nats');
    assertRefused(nats, 69, /does not speak the NATS protocol|reset/);
  });

  test('it never answers', async (t) => {
    const mute = net.createServer((socket) => socket.on('error', () => {}));
    assertRefused(await at(await listening(t, mute), 'fanout', '--clients', '2'), 69, /timed out/);
  });

  test('nothing that is published arrives', async () => {
    const end = await at(relay.url, 'fanout', '--path', '/ws?match=none', '--clients', '3');
    assertRefused(end, 1, /did not reach 3 of 3 subscribers; look at --path/);
  });

  test('it dies during the run', async (t) => {
    const mortal = await startRelay(t);
    const args = [
      'bench',
      'fanout',
      '--target',
      mortal.url,
      '--duration',
      '60s',
      '--warmup',
      '100ms',
      '--json',
    ];
    const ctl = start(t, args);
    await eventually(async () => (await mortal.stats()).intake.events > 1000, 'the run is under way');
    await mortal.kill();
    assert.equal((await ctl.exit()).code, 1);
    assert.match(JSON.parse(ctl.stdout).problem, /lost its connection/);
  });
});

test('bad options are told before anything is connected', async () => {
  assertRefused(await run(['bench', 'fanout', '--target', 'wss://127.0.0.1:1']), 64, /without TLS/);
  assertRefused(await run(['bench', 'connect', '--clients', '100000000']), 64, /descriptors/);
  assertRefused(await run(['bench', 'fanout', '--server-pid', '4194305']), 64, /is no process/);
});

test('a run can be interrupted', async (t) => {
  const ctl = start(t, ['bench', 'fanout', '--url', relay.url, '--duration', '60s']);
  const before = (await relay.stats()).intake.events;
  await eventually(async () => (await relay.stats()).intake.events > before + 1000, 'the run is under way');
  ctl.signal('SIGINT');
  assert.equal((await ctl.exit()).code, 130);
});
