// TLS: every kind of client over it, certificates that change under connections, and what is refused.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import tls from 'node:tls';

import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

import { next } from './support/clients.js';
import { run, start } from './support/ctl.js';
import { assertNumbered, numbered } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { Inbox, eventually, patience, slowness, within } from './support/wait.js';

const directory = tempDirectory();
const file = (name) => path.join(directory, name);

/** A certificate for this machine that signs itself, and its key. */
function makeCertificate(name, ...more) {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file(`${name}.key`)];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', file(`${name}.pem`), '-days', '2', ...subject, ...more], {
    stdio: 'ignore',
  });
  chmodSync(file(`${name}.key`), 0o600);
}

const filesOf = (name) => ({ 'server.tls.cert': file(`${name}.pem`), 'server.tls.key': file(`${name}.key`) });
const caOf = (name) => readFileSync(file(`${name}.pem`));

before(() => {
  for (const name of ['relay', 'fresh', 'client', 'stranger']) makeCertificate(name);
});

const startTls = (t, { set = {}, name = 'relay', ...options } = {}) =>
  startRelay(t, { set: { ...filesOf(name), ...set }, ca: caOf(name), ...options });

async function socketIo(t, relay, options) {
  const socket = io(relay.url, { ca: relay.ca, forceNew: true, reconnection: false, ...options });
  t.after(() => socket.disconnect());
  socket.inbox = new Inbox();
  socket.onAny((event, data) => socket.inbox.push({ event, data }));
  await next(socket, 'connect');
  return socket;
}

async function plainClient(t, relay, query, options = {}) {
  const socket = new WebSocket(relay.ws(`/ws${query}`), { ca: relay.ca, ...options });
  t.after(() => socket.terminate());
  socket.events = new Inbox();
  socket.on('message', (text) => socket.events.push(JSON.parse(text)));
  await within(
    patience,
    'the WebSocket opens',
    new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)),
  );
  return socket;
}

/** The certificate's name that a newcomer is shown. */
const shown = (relay) =>
  within(
    patience,
    'a handshake',
    new Promise((resolve, reject) => {
      const socket = tls.connect({ port: relay.port, host: '127.0.0.1', rejectUnauthorized: false });
      socket.once('secureConnect', () => {
        resolve(socket.getPeerCertificate().subject.CN);
        socket.end();
      });
      socket.once('error', reject);
    }),
  );

/** What becomes of raw bytes: what came back, when the relay has closed. */
const say = (relay, bytes) =>
  within(
    2 * patience,
    'the relay closes',
    new Promise((resolve) => {
      const socket = net.connect(relay.port, '127.0.0.1', () => socket.write(bytes));
      const got = [];
      socket.on('data', (data) => got.push(data));
      socket.on('error', () => {});
      socket.on('close', () => resolve(Buffer.concat(got)));
    }),
  );

/** The first bytes that a client of TLS sends. */
const helloOf = () =>
  new Promise((resolve) => {
    const server = net.createServer((socket) =>
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.destroy();
        server.close();
      }),
    );
    server.listen(0, '127.0.0.1', () =>
      tls.connect({ port: server.address().port, host: '127.0.0.1' }).on('error', () => {}),
    );
  });

/** For how many seconds the relay keeps a connection on which `speak(socket)` says what it says. */
const lives = (relay, speak) =>
  within(
    2 * patience,
    'the relay closes',
    new Promise((resolve) => {
      const start = Date.now();
      const socket = net.connect(relay.port, '127.0.0.1', () => speak(socket));
      socket.resume();
      socket.on('error', () => {});
      socket.on('close', () => resolve((Date.now() - start) / 1000));
    }),
  );

for (const threads of [1, 4]) {
  describe(`${threads} threads`, () => {
    test('Socket.IO clients come by polling, upgrade to WebSocket, and get everything', async (t) => {
      const relay = await startTls(t, { threads });
      const ways = [{}, {}, {}, {}, { transports: ['websocket'] }, { transports: ['polling'] }];
      const sockets = await Promise.all(ways.map((way) => socketIo(t, relay, way)));
      const wanted = (i) => (ways[i].transports?.[0] === 'polling' ? 'polling' : 'websocket');
      await eventually(() => sockets.every((socket, i) => socket.io.engine.transport.name === wanted(i)), 'all upgrade');
      for (let from = 0; from < 1000; from += 100) await relay.publish(numbered(100, { type: 'other.tick', from }));
      for (const socket of sockets) {
        await socket.inbox.first((each) => each.data?.data?.n === 999, 'the last event');
        const events = socket.inbox.items.filter((each) => each.event === 'generic_update').map((each) => each.data);
        const expected = Array.from({ length: 1000 }, (_, i) => i);
        assert.deepEqual(events.map((event) => event.data.n), expected);
      }
    });

    test('large messages arrive whole at clients that read slowly', async (t) => {
      const relay = await startTls(t, { threads });
      const clients = await Promise.all(
        [{ perMessageDeflate: false }, {}].map((options) => plainClient(t, relay, '?match=large', options)),
      );
      for (const client of clients) client._socket.pause();
      for (let from = 0; from < 100; from += 10)
        await relay.publish(numbered(10, { type: 'large', from, pad: 9000 + from * 17 }));
      for (const client of clients) client._socket.resume();
      for (const client of clients) {
        assertNumbered(await client.events.count(100, 'all events'), 0, 99);
        assert.ok(client.events.items.every((event) => /^x{9000,}$/.test(event.data.pad)));
      }
    });
  });
}

test('senecactl speaks TLS, and says when it does not trust the relay', async (t) => {
  const relay = await startTls(t);
  const env = { SSL_CERT_FILE: file('relay.pem') };
  const tail = start(t, ['--url', relay.url, 'tail', 'own.*', '-C', '1', '-o', 'jsonl'], { env });
  await eventually(async () => (await relay.clients()).length === 1, 'tail is there');
  const injected = await run(['--url', relay.url, 'inject', 'own.type', '{"n":1}'], { env });
  assert.equal(injected.code, 0, injected.stderr);
  assert.equal(JSON.parse((await tail.lines.first(() => true)).trim()).data.n, 1);
  const distrusting = await run(['--url', relay.url, 'stats'], { env: { SSL_CERT_FILE: file('fresh.pem') } });
  assert.notEqual(distrusting.code, 0);
  assert.match(distrusting.stderr, /certificate|TLS|SSL/i);
});

test('SIGHUP reads the files again: newcomers see them, nobody is cut, and bad ones change nothing', async (t) => {
  for (const suffix of ['pem', 'key']) copyFileSync(file(`relay.${suffix}`), file(`rotated.${suffix}`));
  const relay = await startTls(t, { name: 'rotated', log: [/tls_key/] });
  const clients = [];
  while (clients.length < (slowness === 1 ? 1000 : 20))
    clients.push(...(await Promise.all(Array.from({ length: 20 }, () => plainClient(t, relay, '?match=tick')))));
  const closed = [];
  clients.forEach((client) => client.on('close', () => closed.push(client)));
  assert.equal(await shown(relay), 'relay');
  for (const suffix of ['pem', 'key']) copyFileSync(file(`fresh.${suffix}`), file(`rotated.${suffix}`));
  relay.ctl.signal('SIGHUP');
  await eventually(async () => (await shown(relay)) === 'fresh', 'the new certificate is shown');
  relay.ca = caOf('fresh');
  await relay.publish(numbered(5, { type: 'tick' }));
  for (const client of clients) assertNumbered(await client.events.count(5), 0, 4);
  writeFileSync(file('rotated.key'), 'no key\n');
  relay.ctl.signal('SIGHUP');
  await relay.ctl.notices.first((line) => /tls_key/.test(line), 'the refusal');
  assert.equal(await shown(relay), 'fresh');
  await relay.publish(numbered(5, { type: 'tick', from: 5 }));
  for (const client of clients) assertNumbered(await client.events.count(10), 0, 9);
  assert.deepEqual(closed, []);
});

test('with a client_ca only clients with a certificate of it come in', async (t) => {
  const relay = await startTls(t, { set: { 'server.tls.client_ca': file('client.pem') } });
  const show = (name) => ({ cert: readFileSync(file(`${name}.pem`)), key: readFileSync(file(`${name}.key`)) });
  const client = await plainClient(t, relay, '?match=tick', show('client'));
  await assert.rejects(plainClient(t, relay, '', show('stranger')));
  await assert.rejects(plainClient(t, relay, ''));
  assert.equal(client.readyState, WebSocket.OPEN);
});

test('with TLS and tokens, or client certificates, the relay may listen to the world', async (t) => {
  const key = { id: 'main', algorithm: 'HS256', file: file('secret') };
  writeFileSync(file('secret'), 'x'.repeat(64), { mode: 0o600 });
  const asks = { 'security.authentication.keys': JSON.stringify([key]), 'security.authentication.required': true };
  const world = { args: ['--listen', '0.0.0.0:0'] };
  const relay = await startTls(t, { set: asks, ...world });
  assert.equal((await relay.get('/api/v1/stats')).status, 401);
  await startTls(t, { set: { 'server.tls.client_ca': file('client.pem') }, ...world });
  const refused = async (set) => {
    const args = Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const end = await run(['serve', ...world.args, '--no-journal', ...args]);
    assert.equal(end.code, 78);
    return end.stderr;
  };
  assert.match(await refused(asks), /0\.0\.0\.0:0.*no TLS.*\[exposed\]/);
  assert.match(await refused(filesOf('relay')), /nothing asks who connects.*\[exposed\]/);
  assert.match(await refused({}), /nothing asks who connects.*\[exposed\]/);
});

describe('what is refused', () => {
  for (const threads of [1, 2]) {
    test(`${threads} threads: plain HTTP, rubbish and handshakes that stall are closed`, async (t) => {
      const relay = await startTls(t, { threads });
      const hello = Buffer.from('160301020001', 'hex');
      const [http, rubbish, stalled] = await Promise.all([
        say(relay, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        say(relay, Buffer.alloc(5000, 0xff)),
        say(relay, hello),
      ]);
      for (const answer of [http, rubbish, stalled]) assert.ok(!answer.includes('HTTP/1.1 2'), String(answer));
      await relay.stopAlive();
    });
  }

  for (const threads of [1, 2]) {
    test(`${threads} threads: a handshake has 5 s, also if it trickles`, async (t) => {
      const relay = await startTls(t, { threads });
      const hello = await helloOf();
      const seconds = await Promise.all([
        lives(relay, (socket) => socket.write(hello)),
        lives(relay, (socket) => {
          let sent = 0;
          const trickle = setInterval(() => socket.write(hello.subarray(sent, ++sent)), 500);
          socket.on('close', () => clearInterval(trickle));
        }),
      ]);
      for (const each of seconds) assert.ok(each > 4 && each < 7 + 10 * (slowness - 1), `closed after ${each} s`);
    });
  }

  test('old versions of TLS, and other protocols than HTTP/1.1', async (t) => {
    const relay = await startTls(t);
    const connect = (options) =>
      within(
        patience,
        'a handshake or an error',
        new Promise((resolve) => {
          const all = { port: relay.port, host: '127.0.0.1', ca: relay.ca, ...options };
          const socket = tls.connect(all, () => {
            resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`);
            socket.end();
          });
          socket.on('error', (error) => resolve(error.code));
        }),
      );
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    assert.match(await connect(old), /ALERT_PROTOCOL_VERSION$/);
    assert.match(await connect({ ALPNProtocols: ['h2'] }), /ALERT_NO_APPLICATION_PROTOCOL$/);
    assert.equal(await connect({ ALPNProtocols: ['h2', 'http/1.1'] }), 'TLSv1.3 http/1.1');
    assert.equal(await connect({ maxVersion: 'TLSv1.2' }), 'TLSv1.2 false');
    const weak = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA:AES128-SHA:AES256-GCM-SHA384' };
    assert.match(await connect(weak), /ALERT_HANDSHAKE_FAILURE$/);
  });

  test('files that cannot be used stop the start, and say why', async () => {
    const refused = async (set) => {
      const args = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      const end = await run(['serve', '--listen', '127.0.0.1:0', '--no-journal', ...args]);
      assert.equal(end.code, 78, end.stderr);
      return end.stderr;
    };
    assert.match(await refused({ 'server.tls.cert': file('relay.pem') }), /server\/tls\/cert.*tls_incomplete/s);
    assert.match(await refused({ ...filesOf('relay'), 'server.tls.key': file('fresh.key') }), /tls_key/);
    assert.match(await refused({ ...filesOf('relay'), 'server.tls.cert': file('none.pem') }), /tls_certificate/);
    assert.match(
      await refused({ ...filesOf('relay'), 'server.tls.client_ca': file('relay.key') }),
      /tls_client_ca/,
    );
    copyFileSync(file('relay.key'), file('open.key'));
    chmodSync(file('open.key'), 0o644);
    assert.match(await refused({ ...filesOf('relay'), 'server.tls.key': file('open.key') }), /chmod/);
  });
});
