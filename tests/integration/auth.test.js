// Authentication and authorisation, with real clients.

import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { next, OpsClient, PlainClient, socketIo, StreamClient } from './support/clients.js';
import { run } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { bearer, configuration, startGuarded, token } from './support/tokens.js';
import { patience, slowness, within } from './support/wait.js';

let relay;
before(async () => {
  relay = await startGuarded(null, { authentication: { cookie: 'seneca_token' } });
});
after(() => relay.stop());

// Long enough to connect with, and to ask for another.
const brief = 2 + slowness;

const event = (type, more = {}) => ({ type, data: { n: 1 }, ...more });
const ops = () => token('ops');
const publish = async (events) => {
  const answer = await relay.as(ops(), 'POST', '/api/v1/events', events);
  assert.equal(answer.status, 202, answer.text);
  return answer.json();
};

/** A seneca.v1.json client with a token. */
async function opsClient(t, text, at = relay) {
  const client = new OpsClient(at.ws('/ws'), 'seneca.v1.json', { headers: bearer(text) });
  t.after(() => client.socket.terminate());
  await within(patience, 'an open WebSocket', client.opened);
  client.hello = await client.messages.first((message) => message.op === 'hello', 'hello');
  return client;
}

const connectError = async (socket) => (await next(socket, 'connect_error'))[0];
const emit = (socket, name, ...args) =>
  within(patience, `the answer to ${name}`, new Promise((resolve) => socket.emit(name, ...args, resolve)));

/** A connected socket.io-client. */
async function connected(t, options, at = relay) {
  const socket = socketIo(t, at, options);
  await within(
    patience,
    'a connection',
    new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    }),
  );
  return socket;
}

describe('the door', () => {
  const guarded = [
    ['GET', '/events'],
    ['GET', '/ws'],
    ['POST', '/api/v1/events'],
    ['GET', '/api/v1/events'],
    ['GET', '/api/v1/dead-letters'],
    ['POST', '/api/v1/emit'],
    ['POST', '/api/v1/sockets/join'],
    ['POST', '/api/v1/sockets/leave'],
    ['POST', '/api/v1/sockets/disconnect'],
    ['GET', '/api/v1/stats'],
    ['GET', '/api/v1/clients'],
    ['GET', '/api/v1/rooms'],
    ['GET', '/api/v1/presence?room=dev-1'],
    ['GET', '/api/v1/plugins'],
    ['POST', '/api/v1/plugins/walk'],
    ['POST', '/api/v1/plugins/x/reload'],
    ['GET', '/api/v1/taps?stage=in'],
    ['GET', '/api/v1/why?client=a&offset=1'],
    ['GET', '/engine.io/?EIO=4&transport=polling'],
  ];

  test('nothing that is guarded answers without a token, and all say how to bring one', async () => {
    for (const [method, where] of guarded) {
      const answer = await relay.as(null, method, where, method === 'POST' ? {} : undefined);
      assert.equal(answer.status, 401, `${method} ${where}`);
      assert.equal(answer.json().code, 'token_missing');
      assert.match(answer.headers['www-authenticate'], /^Bearer error="/);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
    }
  });

  test('HEAD is asked as GET is', async () => {
    assert.equal((await relay.as(null, 'HEAD', '/api/v1/stats')).status, 401);
    assert.equal((await relay.as(ops(), 'HEAD', '/api/v1/stats')).status, 200);
  });

  test('what is for everybody needs none, and looks at none', async () => {
    for (const where of ['/healthz', '/readyz', '/'])
      for (const text of [null, 'nonsense'])
        assert.equal((await relay.as(text, 'GET', where)).status, 200, where);
    const preflight = await relay.as(null, 'OPTIONS', '/api/v1/events', undefined, {
      origin: 'http://localhost:3000',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-headers'], 'authorization');
  });

  test('a bad token is refused with its code, also where none would be needed to fail', async () => {
    const rows = [
      [token('ops', { ttl: -1 }), 'token_expired'],
      [token('ops', { key: 'x'.repeat(40) }), 'token_signature'],
      [token('ops', { nbf: Math.floor(Date.now() / 1000) + 600 }), 'token_not_yet_valid'],
      ['a.b', 'token_malformed'],
      ['sk_none', 'token_unknown'],
    ];
    for (const [text, code] of rows) {
      const answer = await relay.as(text, 'GET', '/api/v1/stats');
      assert.equal(answer.status, 401);
      assert.equal(answer.json().code, code);
      assert.ok(!answer.text.includes(text), 'a token is not repeated');
    }
    const basic = await relay.get('/api/v1/stats', { headers: { authorization: 'Basic YTpi' } });
    assert.equal(basic.json().code, 'token_malformed');
    const twice = await relay.get('/api/v1/stats', {
      headers: [
        ['Host', 'localhost'],
        ['Authorization', `Bearer ${ops()}`],
        ['Authorization', `Bearer ${ops()}`],
      ].flat(),
    });
    assert.equal(twice.status, 401);
  });

  test('a body is not waited for when its head is refused', async () => {
    const answer = await relay.as(null, 'POST', '/api/v1/events', undefined, { 'content-length': '100000' });
    assert.equal(answer.status, 401);
  });

  test('a page can bring its token as a subprotocol, which is not echoed', async (t) => {
    const url = relay.ws('/ws');
    const { WebSocket } = await import('ws');
    const open = (protocols) => {
      const socket = new WebSocket(url, protocols);
      t.after(() => socket.terminate());
      return within(
        patience,
        'the upgrade',
        new Promise((resolve) => {
          socket.on('open', () => resolve(socket.protocol));
          socket.on('unexpected-response', (_, response) => resolve(response.statusCode));
          socket.on('error', () => {});
        }),
      );
    };
    assert.equal(await open(['seneca.v1.json', `bearer.${token('reader')}`]), 'seneca.v1.json');
    assert.equal(await open([`bearer.${token('reader')}`, 'seneca.v1.json']), 'seneca.v1.json');
    assert.equal(await open(['seneca.v1.json', 'bearer.nonsense']), 401);
    assert.equal(await open(['seneca.v1.json']), 401);
  });

  test('the cookie is a token, but not for pages of foreign origins', async (t) => {
    const cookie = (text) => ({ cookie: `a=b; seneca_token=${text}; c=d` });
    const client = await StreamClient.open(t, relay, '?match=cookie.x', cookie(token('reader')));
    await publish(event('cookie.x'));
    assert.equal((await client.events.first()).json.type, 'cookie.x');
    const foreign = await relay.as(null, 'POST', '/api/v1/events', event('x'), {
      ...cookie(ops()),
      origin: 'http://elsewhere',
    });
    assert.equal(foreign.status, 403);
    assert.equal(foreign.json().code, 'origin_not_allowed');
    const own = await relay.as(null, 'POST', '/api/v1/events', event('cookie.y'), {
      ...cookie(ops()),
      origin: relay.url,
    });
    assert.equal(own.status, 202);
    assert.equal((await relay.get('/api/v1/stats', { headers: cookie('nonsense') })).status, 401);
  });
});

describe('what a role allows', () => {
  test('a reader may neither publish nor order anything', async () => {
    const text = token('reader');
    for (const [method, where] of [
      ['POST', '/api/v1/events'],
      ['POST', '/api/v1/emit'],
      ['POST', '/api/v1/sockets/disconnect'],
      ['GET', '/api/v1/stats'],
      ['GET', '/api/v1/clients'],
      ['GET', '/api/v1/rooms'],
      ['GET', '/api/v1/plugins'],
      ['POST', '/api/v1/plugins/walk'],
      ['POST', '/api/v1/plugins/x/disable'],
      ['GET', '/api/v1/dead-letters'],
      ['GET', '/api/v1/taps?stage=in'],
      ['GET', '/api/v1/why?client=a&offset=1'],
    ]) {
      const answer = await relay.as(text, method, where, method === 'POST' ? {} : undefined);
      assert.equal(answer.status, 403, `${method} ${where}`);
      assert.equal(answer.json().code, 'forbidden');
    }
    assert.equal((await relay.as(text, 'GET', '/api/v1/events')).status, 200);
  });

  test('a role that is not configured allows nothing', async () => {
    for (const named of ['root', [], undefined])
      assert.equal((await relay.as(token(named), 'GET', '/api/v1/events')).status, 403);
  });

  test('a publisher publishes into its rooms, and without one', async () => {
    const text = token('painter');
    const send = (body) => relay.as(text, 'POST', '/api/v1/events', body);
    assert.equal((await send(event('paint.x', { room: 'dev-1' }))).status, 202);
    assert.equal((await send(event('paint.x'))).status, 202);
    const refused = await send([event('paint.x'), event('paint.x', { room: 'ops' })]);
    assert.equal(refused.status, 403);
    assert.match(refused.json().detail, /room ops/);
  });

  test('a publisher publishes its types, all of a batch or none', async (t) => {
    const text = token('builder');
    const post = (events) => relay.as(text, 'POST', '/api/v1/events', events);
    assert.equal((await post(event('build.done'))).status, 202);
    const refused = await post([event('build.done'), event('task.done')]);
    assert.equal(refused.status, 403);
    assert.match(refused.json().detail, /task\.done/);
    assert.equal((await relay.as(text, 'GET', '/api/v1/events')).status, 403);

    const client = await opsClient(t, text);
    await client.tell({ op: 'publish', event: event('build.ws'), ack: true });
    assert.equal((await client.ask({ op: 'publish', event: event('task.ws') })).code, 'forbidden');
    assert.equal(
      (await client.ask({ op: 'publish', events: [event('build.ws'), event('task.ws')] })).code,
      'forbidden',
    );

    const plain = await PlainClient.open(t, relay.ws('/ws?match=none'), { headers: bearer(text) });
    plain.send(event('task.plain'));
    assert.equal((await plain.events.first()).error.code, 'forbidden');

    const socket = await connected(t, { auth: { token: text } });
    assert.equal((await emit(socket, 'publish', event('build.sio'))).ok, true);
    assert.equal((await emit(socket, 'publish', 'task.sio', {})).code, 'forbidden');
  });

  test('an Idempotency-Key is that of its subject only', async () => {
    const post = (subject, type) =>
      relay.as(token('ops', { subject }), 'POST', '/api/v1/events', event(type), { 'idempotency-key': 'k' });
    const first = (await post('ann', 'once.a')).json();
    assert.deepEqual((await post('ann', 'once.a')).json().first_offset, first.first_offset);
    assert.notEqual((await post('bob', 'once.b')).json().first_offset, first.first_offset);
  });

  test("the relay's own types need an admin", async () => {
    const answer = await relay.as(token('writer'), 'POST', '/api/v1/events', event('seneca.emit'));
    assert.notEqual(answer.status, 202);
  });

  test('a reader of some types sees no others, however it asks', async (t) => {
    const text = token('agents');
    const client = await opsClient(t, text);
    assert.equal((await client.ask({ op: 'subscribe', match: ['task.x'] })).code, 'forbidden');
    await client.tell({ op: 'subscribe', match: '**' });
    const stream = await StreamClient.open(t, relay, '', bearer(text));
    const plain = await PlainClient.open(t, relay.ws('/ws'), { headers: bearer(text) });
    const socket = await connected(t, { auth: { token: text } });
    assert.equal((await emit(socket, 'subscribe', '**')).ok, true);
    assert.equal((await emit(socket, 'subscribe', 'task.x')).code, 'forbidden');
    assert.equal((await emit(socket, 'join', 'general')).ok, true);

    const since = (await publish([event('task.x'), event('agent.a'), event('other'), event('agent.b')]))
      .first_offset;
    await Promise.all([
      client.events.count(2),
      plain.events.count(2),
      stream.events.count(2),
      socket.inbox.first((item) => item.event === 'event' && item.data.type === 'agent.b'),
    ]);
    assert.deepEqual(
      client.events.items.map((each) => each.type),
      ['agent.a', 'agent.b'],
    );
    assert.deepEqual(
      plain.events.items.map((each) => each.type),
      ['agent.a', 'agent.b'],
    );
    assert.deepEqual(
      stream.events.items.map((each) => each.json.type),
      ['agent.a', 'agent.b'],
    );
    const came = JSON.stringify(socket.inbox.items);
    assert.ok(!came.includes('task.x') && !came.includes('other'), came);

    const history = (await relay.as(text, 'GET', `/api/v1/events?since=${since}`)).json();
    assert.deepEqual(
      history.events.map((each) => each.type),
      ['agent.a', 'agent.b'],
    );
    assert.equal((await relay.as(text, 'GET', '/api/v1/events?match=task.x')).status, 403);

    const late = await opsClient(t, text);
    await late.tell({ op: 'subscribe', match: '**', since: String(since) });
    await late.events.count(2);
    await publish(event('agent.c'));
    await late.events.count(3);
    assert.deepEqual(
      late.events.items.map((each) => each.type),
      ['agent.a', 'agent.b', 'agent.c'],
    );
  });

  test('a reader of some rooms sees what goes to them, and joins no others', async (t) => {
    const text = token('dev');
    const client = await opsClient(t, text);
    assert.equal((await client.ask({ op: 'join', room: 'general' })).code, 'forbidden');
    assert.equal((await client.ask({ op: 'subscribe', rooms: ['dev-1', 'general'] })).code, 'forbidden');
    assert.equal((await client.ask({ op: 'presence', room: 'general' })).code, 'forbidden');
    assert.equal((await relay.as(text, 'GET', '/api/v1/presence?room=general')).status, 403);
    assert.equal((await relay.as(text, 'GET', '/events?room=general')).status, 403);
    await client.tell({ op: 'subscribe', match: '**' });
    const socket = await connected(t, { auth: { token: text, role: 'admin' } });
    assert.equal((await emit(socket, 'join', 'general')).code, 'forbidden');
    assert.equal((await emit(socket, 'join', 'dev-2')).ok, true);
    assert.equal((await emit(socket, 'subscribe', { rooms: ['general'] })).code, 'forbidden');
    assert.equal((await emit(socket, 'presence', 'general')).code, 'forbidden');
    const rooms = (await relay.as(ops(), 'GET', '/api/v1/clients'))
      .json()
      .clients.find((each) => each.rooms?.includes('dev-2')).rooms;
    assert.ok(!rooms.includes('general') && !rooms.includes('admins'), rooms.join());

    await publish([
      event('room.1', { room: 'general' }),
      event('room.2', { room: 'dev-1' }),
      event('room.3'),
      event('room.4', { room: 'dev-2' }),
    ]);
    await client.events.count(2);
    assert.deepEqual(
      client.events.items.map((each) => each.type),
      ['room.2', 'room.4'],
    );
  });

  test('a token narrows what its roles allow', async (t) => {
    const text = token('reader', { seneca: { types: ['narrow.a'] } });
    const client = await opsClient(t, text);
    await client.tell({ op: 'subscribe', match: 'narrow.*' });
    await publish([event('narrow.b'), event('narrow.a')]);
    assert.equal((await client.events.first()).type, 'narrow.a');
    const odd = token('reader', { seneca: { typs: ['narrow.a'] } });
    assert.equal((await relay.as(odd, 'GET', '/api/v1/events')).json().code, 'token_malformed');
  });

  test('what an admin emits reaches those it is for, whatever they may read', async (t) => {
    const socket = await connected(t, { auth: { token: token('agents') } });
    const answer = await relay.as(ops(), 'POST', '/api/v1/emit', {
      rooms: [socket.id],
      event: 'notice',
      args: ['hello'],
    });
    assert.equal(answer.status, 202, answer.text);
    assert.equal((await socket.inbox.first((item) => item.event === 'notice')).data, 'hello');
  });
});

describe('Socket.IO', () => {
  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    test(`CONNECT is the gate, by ${transports.join(' and ')}`, async (t) => {
      const without = await connectError(socketIo(t, relay, { transports }));
      assert.equal(without.data.code, 'token_missing');
      const bad = await connectError(socketIo(t, relay, { transports, auth: { token: 'x' } }));
      assert.equal(bad.data.code, 'token_malformed');
      const good = await connected(t, { transports, auth: { token: token('reader') } });
      assert.ok(good.connected);
      const head = await connected(t, { transports, extraHeaders: bearer(token('reader')) });
      assert.ok(head.connected);
    });
  }

  test('its own token counts for a namespace, not that of the handshake', async (t) => {
    const error = await connectError(
      socketIo(t, relay, { extraHeaders: bearer(token('reader')), auth: { token: token('ops', { ttl: -1 }) } }),
    );
    assert.equal(error.data.code, 'token_expired');
    const typed = await connectError(
      socketIo(t, relay, { extraHeaders: bearer(token('reader')), auth: { token: 5 } }),
    );
    assert.equal(typed.data.code, 'token_malformed');
  });

  test('a bad token in the handshake is told at CONNECT', async (t) => {
    const error = await connectError(socketIo(t, relay, { extraHeaders: bearer('x') }));
    assert.equal(error.data.code, 'token_malformed');
  });

  test('a namespace that is not allowed is refused, known or not', async (t) => {
    for (const namespace of ['/secret', '/unknown']) {
      const error = await connectError(socketIo(t, relay, { namespace, auth: { token: token('here') } }));
      assert.equal(error.data.code, 'forbidden');
    }
    await connected(t, { auth: { token: token('here') } });
  });

  test('nothing happens before CONNECT', async (t) => {
    const client = new PlainClient(relay.ws('/socket.io/?EIO=4&transport=websocket'));
    client.decode = (bytes) => bytes.toString();
    t.after(() => client.socket.terminate());
    await within(patience, 'an open WebSocket', client.opened);
    client.send('42["publish",{"type":"sneaky"}]');
    await client.end();
    const history = (await relay.as(ops(), 'GET', '/api/v1/events?match=sneaky')).json();
    assert.deepEqual(history.events, []);
  });
});

describe('the end of a token', () => {
  test('a WebSocket is closed with 4401', async (t) => {
    const client = await opsClient(t, token('reader', { ttl: brief }));
    const { code, reason } = await client.end();
    assert.equal(code, 4401);
    assert.match(reason, /^token_expired/);
  });

  test('an event stream says so and ends', async (t) => {
    const client = await StreamClient.open(t, relay, '?match=none', bearer(token('reader', { ttl: brief })));
    const last = await client.events.first((each) => each.event === 'end');
    assert.equal(JSON.parse(last.data ?? JSON.stringify(last.json)).code, 'token_expired');
  });

  for (const transports of [['websocket'], ['polling']]) {
    test(`Socket.IO hears an error and is sent away, by ${transports}`, async (t) => {
      const socket = await connected(t, { transports, auth: { token: token('reader', { ttl: brief }) } });
      const gone = next(socket, 'disconnect');
      const error = await socket.inbox.first((item) => item.event === 'error');
      assert.equal(error.data.code, 'token_expired');
      assert.equal((await gone)[0], 'io server disconnect');
    });
  }

  test('a newer token of the same subject lets a session go on, and changes no subscription', async (t) => {
    const client = await opsClient(t, token('reader', { ttl: brief }));
    await client.tell({ op: 'subscribe', match: 'renewed.*' });
    assert.equal((await client.ask({ op: 'auth', token: token('reader', { subject: 'bob' }) })).code, 'token_subject');
    assert.equal((await client.ask({ op: 'auth', token: 'x' })).code, 'token_malformed');
    assert.equal((await client.ask({ op: 'auth' })).code, 'token_missing');
    await client.tell({ op: 'auth', token: token('reader') });
    const other = await opsClient(t, token('reader', { ttl: brief + 1 }));
    await other.end(); // by then the first token has ended as well
    await publish(event('renewed.a'));
    assert.equal((await client.events.first()).type, 'renewed.a');

    const socket = await connected(t, { auth: { token: token('reader', { ttl: brief }) } });
    assert.equal((await emit(socket, 'subscribe', 'renewed.*')).ok, true);
    assert.equal((await emit(socket, 'authenticate', { token: token('reader', { subject: 'bob' }) })).code, 'token_subject');
    assert.equal((await emit(socket, 'authenticate', { token: token('reader') })).ok, true);
    const witness = await opsClient(t, token('reader', { ttl: brief + 1 }));
    await witness.end();
    await publish(event('renewed.b'));
    await socket.inbox.first((item) => item.data?.type === 'renewed.b');
  });

  test('a newer token that allows less takes effect at once', async (t) => {
    const client = await opsClient(t, token('reader'));
    await client.tell({ op: 'subscribe', match: '**' });
    await client.tell({ op: 'auth', token: token('agents') });
    await publish([event('task.less'), event('agent.less')]);
    assert.equal((await client.events.first()).type, 'agent.less');
  });

  test('a session ends when it has lasted long enough', async (t) => {
    const short = await startGuarded(t, { authentication: { session_timeout: 1 } });
    const client = await opsClient(t, token('reader'), short);
    assert.equal((await client.end()).code, 4401);
  });
});

describe('reload', () => {
  test('a key that is gone lets nobody in, and sends away who came with it', async (t) => {
    const guarded = await startGuarded(t, { logLevel: 'error' });
    const text = token('reader');
    const client = await opsClient(t, text, guarded);
    const socket = await connected(t, { auth: { token: text } }, guarded);
    const gone = next(socket, 'disconnect');
    writeFileSync(guarded.config.secretFile, 'another secret of at least 32 bytes');
    guarded.ctl.signal('SIGHUP');
    const { code, reason } = await client.end();
    assert.equal(code, 4401);
    assert.match(reason, /^token_revoked/);
    await gone;
    const answer = await guarded.as(text, 'GET', '/api/v1/events');
    assert.equal(answer.json().code, 'token_signature');
  });

  test('a reload that is refused leaves the keys as they were', async (t) => {
    const guarded = await startGuarded(t, { logLevel: 'error', log: [/reload refused/, /key_file_exposed/] });
    chmodSync(guarded.config.secretFile, 0o644);
    guarded.ctl.signal('SIGHUP');
    await guarded.ctl.notices.first((line) => line.includes('key_file_exposed'), 'the refusal');
    assert.equal((await guarded.as(ops(), 'GET', '/api/v1/stats')).status, 200);
    assert.equal((await guarded.as(null, 'GET', '/api/v1/stats')).status, 401);
  });

  test('who came while nobody was asked is sent away once somebody is', async (t) => {
    const config = configuration();
    config.write({ required: false, keys: [] });
    const open = await startRelay(t, { args: ['--config', config.file], logLevel: 'error' });
    const client = await OpsClient.open(t, open);
    const socket = await connected(t, {}, open);
    const gone = next(socket, 'disconnect');
    config.write();
    open.ctl.signal('SIGHUP');
    const { code, reason } = await client.end();
    assert.equal(code, 4401);
    assert.match(reason, /^token_missing/);
    await gone;
    assert.equal((await open.get('/api/v1/stats')).status, 401);
  });
});

describe('the configuration', () => {
  const check = (file) => run(['serve', '--check', '--config', file]);

  test('tokens that are required without a key are an error that names it', async () => {
    const { file, write } = configuration();
    write({ keys: [] });
    const end = await check(file);
    assert.equal(end.code, 78);
    assert.match(end.stderr, /\/security\/authentication\/required: .*\[no_keys\]/);
  });

  test('a key file that is missing, or that others may read, is an error that names it', async () => {
    const { file, write, secretFile } = configuration();
    assert.equal((await check(file)).code, 0);
    writeFileSync(path.join(path.dirname(secretFile), 'open'), 'x'.repeat(40), { mode: 0o644 });
    for (const [name, code] of [
      ['none', 'key_file_missing'],
      ['open', 'key_file_exposed'],
    ]) {
      write({ keys: [{ id: 'k1', algorithm: 'HS256', file: path.join(path.dirname(secretFile), name) }] });
      const end = await check(file);
      assert.equal(end.code, 78, end.stderr);
      assert.match(end.stderr, new RegExp(`/security/authentication/keys/0/file .*\\[${code}\\]`));
    }
  });

  test('a relay with keys listens on this machine only as well, as there is no TLS', async () => {
    const { file } = configuration();
    const end = await run(['serve', '--check', '--config', file, '--listen', '0.0.0.0:0']);
    assert.equal(end.code, 78);
    assert.match(end.stderr, /no TLS.*\[exposed\]/);
  });

  test('API keys are kept as their digests', async (t) => {
    const key = `sk_${randomBytes(32).toString('base64url')}`;
    const config = configuration();
    const keys = path.join(config.directory, 'api_keys');
    const sha256 = createHash('sha256').update(key).digest('hex');
    writeFileSync(keys, `${JSON.stringify({ id: 'ci', sha256, roles: ['builder'] })}\n`);
    const guarded = await startGuarded(t, { authentication: { keys: [], api_keys: keys } });
    const answer = await guarded.as(key, 'POST', '/api/v1/events', event('build.done'));
    assert.equal(answer.status, 202, answer.text);
    assert.equal((await guarded.as(`${key}x`, 'POST', '/api/v1/events', event('build.done'))).status, 401);
    assert.equal((await guarded.as(token('ops'), 'GET', '/api/v1/stats')).status, 401);
  });

  test('the anonymous may do what their role allows, and no more', async (t) => {
    const guarded = await startGuarded(t, { authentication: { required: false, anonymous_role: 'agents' } });
    assert.equal((await guarded.as(null, 'GET', '/api/v1/events')).status, 200);
    assert.equal((await guarded.as(null, 'GET', '/api/v1/stats')).status, 403);
    assert.equal((await guarded.as(null, 'POST', '/api/v1/events', event('agent.x'))).status, 403);
    assert.equal((await guarded.as('x', 'GET', '/api/v1/events')).status, 401, 'a bad token is nobody');
    const socket = await connected(t, {}, guarded);
    assert.equal((await emit(socket, 'subscribe', 'task.x')).code, 'forbidden');
  });

  test('with keys but without a role for them the anonymous are refused', async (t) => {
    const guarded = await startGuarded(t, { authentication: { required: false } });
    assert.equal((await guarded.as(null, 'GET', '/api/v1/events')).json().code, 'token_missing');
    const error = await connectError(socketIo(t, guarded));
    assert.equal(error.data.code, 'token_missing');
  });
});

describe('senecactl', () => {
  const url = () => ['--url', `ws://127.0.0.1:${relay.port}`];
  const tokenFile = (text) => {
    const file = path.join(relay.config.directory, `token-${randomBytes(4).toString('hex')}`);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return file;
  };

  test('every verb that talks to a relay is refused without a token, with the code and what to do', async () => {
    const lines = path.join(relay.config.directory, 'events.jsonl');
    writeFileSync(lines, `${JSON.stringify({ specversion: '1.0', id: '1', source: '/x', type: 'cli.x', data: 1 })}\n`);
    for (const args of [
      ['tail', '--count', '1'],
      ['tail', '--stage', 'in'],
      ['inject', 'cli.x', '{}'],
      ['inject', 'cli.x', '{}', '--dry-run'],
      ['stats'],
      ['why', 'a', '1'],
      ['plugin', 'list'],
      ['plugin', 'disable', 'x'],
      ['dead-letters'],
      ['replay', lines],
      ['bench', 'fanout', '--clients', '1', '--rate', '1', '--duration', '1s'],
    ]) {
      const end = await run([...args, ...url()]);
      assert.equal(end.code, 77, `${args.join(' ')}: ${end.stderr}`);
      if (args[0] !== 'bench') assert.match(end.stderr, /token_missing.*--token-file|--token-file.*token_missing/, args.join(' '));
    }
  });

  test('a role that does not allow it is told, and another token is not asked for', async () => {
    const end = await run(['stats', ...url(), '--token', token('reader')]);
    assert.equal(end.code, 77);
    assert.match(end.stderr, /\[forbidden\]/);
    assert.doesNotMatch(end.stderr, /--token-file/);
    const publishing = await run(['inject', 'cli.x', '{}', ...url(), '--token', token('reader')]);
    assert.notEqual(publishing.code, 0);
    assert.match(publishing.stderr, /forbidden/);
  });

  test('a token comes by flag, file or environment, and the file wins', async () => {
    assert.equal((await run(['stats', ...url(), '--token', ops()])).code, 0);
    assert.equal((await run(['stats', '--token', ops(), ...url()])).code, 0, 'before --url as well');
    assert.equal((await run(['stats', ...url()], { env: { SENECA_TOKEN: ops() } })).code, 0);
    const file = tokenFile(ops());
    assert.equal((await run(['stats', ...url(), '--token-file', file, '--token', 'x'])).code, 0);
    assert.equal((await run(['stats', ...url()], { env: { SENECA_TOKEN_FILE: file } })).code, 0);
    const exposed = tokenFile(ops());
    chmodSync(exposed, 0o644);
    const end = await run(['stats', ...url(), '--token-file', exposed]);
    assert.equal(end.code, 64);
    assert.equal((await run(['stats', ...url(), '--token', 'a b'])).code, 64);
  });

  test('with a token events come and go', async () => {
    const with_ = ['--token', ops(), ...url()];
    const put = await run(['inject', 'cli.there', '{"n":1}', ...with_]);
    assert.equal(put.code, 0, put.stderr);
    const seen = await run(['tail', 'cli.there', '--last', '1', '--count', '1', '-o', 'jsonl', ...with_]);
    assert.equal(seen.code, 0, seen.stderr);
    assert.equal(JSON.parse(seen.stdout).type, 'cli.there');
    assert.equal((await run(['plugin', 'list', ...with_])).code, 0);
    assert.equal((await run(['dead-letters', ...with_])).code, 0);
    const large = token('ops', { filler: 'x'.repeat(5000) });
    assert.equal((await run(['stats', ...url(), '--token', large])).code, 0, 'a long token fits');
  });

  test('what token new makes is what the relay takes, and token check says so', async () => {
    const made = await run([
      ...['token', 'new', '--key', relay.config.secretFile, '--kid', 'k1', '--subject', 'ann', '--ttl', '1h'],
      ...['--role', 'reader', '--role', 'writer', '--room', 'dev-*', '--publish', 'build.**'],
    ]);
    assert.equal(made.code, 0, made.stderr);
    const text = made.stdout.trim();
    assert.equal((await relay.as(text, 'POST', '/api/v1/events', event('build.made'))).status, 202);
    assert.equal((await relay.as(text, 'POST', '/api/v1/events', event('task.made'))).status, 403);
    const checked = await run(['token', 'check', '-', '--config', relay.config.file], { input: made.stdout });
    assert.equal(checked.code, 0, checked.stderr);
    const said = JSON.parse(checked.stdout);
    assert.equal(said.subject, 'ann');
    assert.deepEqual(said.roles, ['reader', 'writer']);
    assert.deepEqual(said.allowed.limit.rooms, ['dev-*']);
    const bad = await run(['token', 'check', token('ops', { ttl: -1 }), '--config', relay.config.file]);
    assert.equal(bad.code, 77);
    assert.match(bad.stderr, /\[token_expired\]/);
  });

  test('token new makes tokens of a private key, and refuses one of another kind', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const file = path.join(relay.config.directory, 'private.pem');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const made = await run(['token', 'new', '--key', file, '--algorithm', 'EdDSA', '--role', 'reader']);
    assert.equal(made.code, 0, made.stderr);
    for (const algorithm of ['RS256', 'HS256']) {
      const end = await run(['token', 'new', '--key', file, '--algorithm', algorithm]);
      assert.equal(end.code, 65);
      assert.match(end.stderr, /\[key_wrong_kind\]/);
    }
    assert.equal((await run(['token', 'new'])).code, 64);
  });

  test('token new --api-key prints a key, and the line with which it is known', async (t) => {
    const made = await run(['token', 'new', '--api-key', '--role', 'builder', '--subject', 'ci']);
    assert.equal(made.code, 0, made.stderr);
    const [key, line] = made.stdout.trim().split('\n');
    assert.match(key, /^sk_[A-Za-z0-9_-]{43}$/);
    assert.equal(JSON.parse(line).sha256, createHash('sha256').update(key).digest('hex'));
    const keys = path.join(relay.config.directory, 'made_keys');
    writeFileSync(keys, `${line}\n`);
    const guarded = await startGuarded(t, { authentication: { api_keys: keys } });
    assert.equal((await guarded.as(key, 'POST', '/api/v1/events', event('build.x'))).status, 202);
  });
});

describe('recovery', () => {
  test('what a client had is for the same subject only', async (t) => {
    const guarded = await startGuarded(t, { more: { server: { recovery_window: 30 } } });
    const lose = async (again) => {
      const socket = await connected(t, { auth: { token: token('reader') } }, guarded);
      await emit(socket, 'join', 'lounge');
      const { id } = socket;
      const offsetKnown = socket.inbox.first((item) => item.event === 'generic_update' || item.event === 'event');
      await emit(socket, 'subscribe', 'lost.*');
      await guarded.as(ops(), 'POST', '/api/v1/events', event('lost.x'));
      await offsetKnown;
      socket.io.engine.close();
      socket.auth = { token: again };
      const back = next(socket, 'connect');
      socket.connect();
      await back;
      return { same: socket.id === id, recovered: socket.recovered };
    };
    assert.deepEqual(await lose(token('reader')), { same: true, recovered: true });
    assert.deepEqual(await lose(token('reader', { subject: 'bob' })), { same: false, recovered: false });
  });
});
