// senecactl bench: each mode against a relay, and what it says about servers that are not as it expects.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { assertRefused, run, start } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
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

// Installed, or as `tests/bench/compare --install` unpacks it.
const peers = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../build/bench/peers');
const nats = [path.join(peers, 'usr/sbin/nats-server'), '/usr/sbin/nats-server'].find(existsSync);
const withoutNats = nats === undefined && 'nats-server is not installed';

/** nats-server for the length of the test: its port, which the kernel chooses and which is in its log. */
async function startNats(t, ...args) {
  const server = spawn(nats, ['--addr', '127.0.0.1', '--port', '-1', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => server.kill('SIGKILL'));
  let log = '';
  server.stderr.on('data', (text) => (log += text));
  const listens = /Listening for client connections on 127\.0\.0\.1:(\d+)/;
  await eventually(() => listens.test(log) && log.includes('Server is ready'), 'nats-server is ready');
  return listens.exec(log)[1];
}

/** The answer to a request of JetStream's API. */
async function askJetStream(port, subject, request = '') {
  const socket = net.connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (bytes) => (text += bytes));
  socket.write(`CONNECT {"verbose":false}\r\nSUB answer 1\r\nPUB $JS.API.${subject} answer ${request.length}\r\n${request}\r\n`);
  const message = /^MSG answer 1 \d+\r\n(.*)\r\n/m;
  await eventually(() => message.test(text), `an answer to ${subject}`);
  socket.destroy();
  return JSON.parse(message.exec(text)[1]);
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

  test('everything published arrives, over nats', { skip: withoutNats }, async (t) => {
    const port = await startNats(t);
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

describe('publish to JetStream', { skip: withoutNats }, () => {
  const publish = (port, ...args) =>
    run([
      ...['bench', 'publish', ...short, '--protocol', 'nats', '--target', `ws://127.0.0.1:${port}`, '--json'],
      ...['--timeout', '2s', ...args],
    ]);

  test('every event is answered for once it is in the stream, which is made in files', async (t) => {
    const port = await startNats(t, '--jetstream', '--store_dir', tempDirectory());
    const end = await publish(port, '--jetstream', 'BENCH', '--clients', '2', '--window', '256');
    assert.equal(end.code, 0, end.stderr + end.stdout);
    const figures = JSON.parse(end.stdout);
    assert.ok(figures.accepted > 0);
    assert.deepEqual([figures.refused, figures.unanswered], [0, 0]);
    assert.ok(figures.answer_p50_us <= figures.answer_p99_us);
    const { config, state } = await askJetStream(port, 'STREAM.INFO.BENCH');
    assert.equal(config.storage, 'file');
    assert.equal(state.messages, figures.accepted);
  });

  test('a stream that is there is used as it is, and an error in an answer is told with its code', async (t) => {
    const port = await startNats(t, '--jetstream', '--store_dir', tempDirectory());
    const small = { name: 'SMALL', subjects: ['bench.SMALL'], storage: 'memory', max_msgs: 10, discard: 'new' };
    assert.equal((await askJetStream(port, 'STREAM.CREATE.SMALL', JSON.stringify(small))).error, undefined);
    const end = await publish(port, '--jetstream', 'SMALL', '--window', '4', '--batch', '1');
    assert.equal(end.code, 1, end.stderr);
    assert.match(end.stderr, /the server refused an event: error 10077, maximum messages exceeded/);
    assert.equal(JSON.parse(end.stdout).accepted, 10);
  });

  test('a stream that takes other subjects is named', async (t) => {
    const port = await startNats(t, '--jetstream', '--store_dir', tempDirectory());
    const other = JSON.stringify({ name: 'OTHER', subjects: ['other'], storage: 'file' });
    assert.equal((await askJetStream(port, 'STREAM.CREATE.OTHER', other)).error, undefined);
    const end = await publish(port, '--jetstream', 'OTHER');
    assert.equal(end.code, 1, end.stderr);
    assert.match(end.stderr, /no stream takes bench\.OTHER \(503\)/);
  });

  test('a server without JetStream, and a stream that cannot be made, are told at once', async (t) => {
    const plain = await startNats(t);
    assertRefused(await publish(plain, '--jetstream', 'BENCH'), 69, /the server has no JetStream/);
    const port = await startNats(t, '--jetstream', '--store_dir', tempDirectory());
    const taker = JSON.stringify({ name: 'TAKER', subjects: ['bench.*'], storage: 'file' });
    assert.equal((await askJetStream(port, 'STREAM.CREATE.TAKER', taker)).error, undefined);
    const end = await publish(port, '--jetstream', 'BENCH');
    assertRefused(end, 69, /cannot make the stream BENCH: error 10065, subjects overlap/);
  });
});

describe('publish the events of a file', () => {
  const event = (i) => JSON.stringify({ type: 'bench.line', source: '/file', id: `line-${i}`, data: { i } });
  const fileOf = (count) => {
    const file = path.join(tempDirectory(), 'events.jsonl');
    writeFileSync(file, Array.from({ length: count }, (_, i) => `${event(i)}\n`).join(''));
    return file;
  };

  for (const protocol of ['ws', 'socketio', 'http']) {
    test(`each once, over ${protocol}`, async (t) => {
      const fresh = await startRelay(t);
      const args = ['--events', fileOf(1000), '--protocol', protocol, '--clients', '3', '--batch', '100', '--window', '200'];
      const end = await run(['bench', 'publish', ...args, '--url', fresh.url, '--json']);
      assert.equal(end.code, 0, end.stderr + end.stdout);
      const figures = JSON.parse(end.stdout);
      assert.deepEqual([figures.published, figures.accepted, figures.unanswered], [1000, 1000, 0]);
      const answer = await fetch(`${fresh.url.replace('ws:', 'http:')}/api/v1/events?match=bench.line&since=0&limit=1000`);
      const seen = (await answer.json()).events.map(({ data }) => data.i);
      assert.deepEqual(
        seen.sort((a, b) => a - b),
        Array.from({ length: 1000 }, (_, i) => i),
      );
    });
  }

  test('a file that cannot be read, or has less than an event for each publisher', async () => {
    const missing = await run(['bench', 'publish', '--url', relay.url, '--events', '/no/such/file']);
    assertRefused(missing, 78, /\/no\/such\/file/);
    const few = await run(['bench', 'publish', '--url', relay.url, '--events', fileOf(1), '--clients', '2']);
    assertRefused(few, 64, /has fewer events than there are publishers/);
  });
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
