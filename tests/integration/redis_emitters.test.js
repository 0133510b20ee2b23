// The plugin socketio-redis between real emitters, a real Redis and a real relay.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { Emitter } from '@socket.io/redis-emitter';

import { fixturePlugins } from './support/ctl.js';
import { Redis, connected, emitFromPython, socketioRedis, sourceOf, startListening } from './support/redis.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

/** The first `count` orders that arrived, as [type, data]. */
async function orders(relay, count) {
  const read = async () => {
    const history = (await relay.get('/api/v1/events?match=seneca.*&limit=1000')).json();
    return history.events.length >= count && history.events.map((event) => [event.type, event.data]);
  };
  return eventually(read, `${count} orders`);
}

test('what the emitter of node publishes becomes orders, in order', async (t) => {
  const redis = await Redis.start(t);
  const relay = await startListening(t, redis);
  const emitter = new Emitter(await redis.client(t));
  emitter.emit('tick', { n: 1 }, 'two');
  emitter.of('/admin').to(['a', 'b']).except('c').volatile.emit('tick');
  emitter.to('a').emit('image', { bytes: Buffer.from([0, 255]) });
  emitter.in('a').socketsJoin('b');
  emitter.of('/admin').in('a').socketsLeave(['b', 'c']);
  emitter.in('s1').disconnectSockets(true);
  assert.deepEqual(await orders(relay, 6), [
    ['seneca.emit', { namespace: '/', event: 'tick', args: [{ n: 1 }, 'two'] }],
    [
      'seneca.emit',
      { namespace: '/admin', rooms: ['a', 'b'], except: ['c'], event: 'tick', args: [], volatile: true },
    ],
    [
      'seneca.emit',
      {
        namespace: '/',
        rooms: ['a'],
        event: 'image',
        args: [{ bytes: { _placeholder: true, num: 0 } }],
        attachments: ['AP8='],
      },
    ],
    ['seneca.join', { namespace: '/', rooms: ['a'], join: ['b'] }],
    ['seneca.leave', { namespace: '/admin', rooms: ['a'], leave: ['b', 'c'] }],
    ['seneca.disconnect', { namespace: '/', rooms: ['s1'], close: true }],
  ]);
});

test('what a write-only RedisManager of python-socketio publishes becomes orders', async (t) => {
  const redis = await Redis.start(t);
  const relay = await startListening(t, redis);
  await emitFromPython('manager', redis.url);
  assert.deepEqual(await orders(relay, 6), [
    [
      'seneca.emit',
      { namespace: '/', rooms: ['team-a'], except: ['s1'], event: 'tick', args: [{ n: 1, none: null }] },
    ],
    ['seneca.emit', { namespace: '/admin', event: 'tick', args: ['two', ['arguments']] }],
    ['seneca.emit', { namespace: '/', event: 'tick', args: [] }],
    [
      'seneca.emit',
      {
        namespace: '/',
        event: 'image',
        args: [{ bytes: { _placeholder: true, num: 0 } }],
        attachments: ['AP8='],
      },
    ],
    ['seneca.leave', { namespace: '/', rooms: ['team-a'], leave: ['team-a'] }],
    ['seneca.disconnect', { namespace: '/', rooms: ['s1'], close: false }],
  ]);
});

test('what Flask-SocketIO publishes from outside of its server becomes orders', async (t) => {
  const redis = await Redis.start(t);
  const { url } = await redis.overTcp(t);
  const relay = await startListening(t, redis, { config: { url } });
  await emitFromPython('flask', url);
  assert.deepEqual(await orders(relay, 2), [
    ['seneca.emit', { namespace: '/', rooms: ['team-a'], event: 'tick', args: [{ n: 1 }] }],
    ['seneca.emit', { namespace: '/', event: 'message', args: ['hello'] }],
  ]);
});

test('only the configured channels are listened to', async (t) => {
  const redis = await Redis.start(t);
  const relay = await startListening(t, redis, { config: { channels: ['mine'], node_prefix: 'app[1]' } });
  const client = await redis.client(t);
  const message = (event) => JSON.stringify({ method: 'emit', event, data: [1], binary: false });
  await client.publish('socketio', message('elsewhere'));
  new Emitter(client).emit('elsewhere');
  new Emitter(client, { key: 'app1' }).emit('elsewhere');
  new Emitter(client, { key: 'app[1]' }).emit('node');
  await client.publish('mine', message('python'));
  const events = (await orders(relay, 2)).map(([, data]) => data.event);
  assert.deepEqual(events, ['node', 'python']);
});

test('what cannot be done is refused, counted, and logged once for each kind', async (t) => {
  const redis = await Redis.start(t);
  const relay = await startListening(t, redis, {
    log: [/serverSideEmit reaches/, /opcode GLOBAL/, /neither a pickle nor JSON/, /max_message_size/],
  });
  const client = await redis.client(t);
  const emitter = new Emitter(client);
  for (let i = 0; i < 3; ++i) {
    emitter.serverSideEmit('hello');
    await client.publish('socketio', Buffer.from('\x80\x02cos\nsystem\n(U\x02lstR.', 'latin1'));
    await client.publish('socketio', 'nonsense');
    emitter.emit('large', 'x'.repeat(3 << 20));
  }
  emitter.emit('well');
  assert.equal((await orders(relay, 1))[0][1].event, 'well');
  const source = await sourceOf(relay);
  assert.equal(source.refused, 12);
  assert.equal(source.records, 1);
  assert.equal(relay.ctl.notices.items.length, 4, relay.ctl.stderr);
});

test('a Redis that comes late or goes away is connected to once it is there', async (t) => {
  const redis = new Redis(t);
  const relay = await startRelay(t, {
    args: socketioRedis({ url: redis.url }),
    log: [/cannot be used \(.*\); tries again/, /lost Redis at .*; what is published until it is back is lost/],
  });
  await relay.ctl.notices.first((line) => line.includes('cannot be used'), 'the trouble is logged');
  await redis.start();
  await connected(relay);
  new Emitter(await redis.client(t)).emit('first');
  await orders(relay, 1);
  await redis.stop();
  await relay.ctl.notices.first((line) => line.includes('lost Redis'), 'the loss is logged');
  await redis.start();
  await connected(relay);
  new Emitter(await redis.client(t)).emit('second');
  const events = (await orders(relay, 2)).map(([, data]) => data.event);
  assert.deepEqual(events, ['first', 'second']);
  assert.equal((await sourceOf(relay)).reconnects, 1);
});

test('a relay whose Redis is not there stops at once', async (t) => {
  const relay = await startRelay(t, {
    args: socketioRedis({ url: `unix://${tempDirectory()}/nothing.sock` }),
    log: [/cannot be used/],
  });
  await relay.ctl.notices.first((line) => line.includes('cannot be used'));
  const begin = process.hrtime.bigint();
  await relay.stop();
  assert.ok(process.hrtime.bigint() - begin < 4_000_000_000n);
});

test('a password is used, and a wrong one is told without being shown', async (t) => {
  const redis = await Redis.start(t, { password: 'p@ss/word' });
  const { url } = await redis.overTcp(t);
  const withPassword = (password) => url.replace('//', `//:${encodeURIComponent(password)}@`);
  await startListening(t, redis, { config: { url: withPassword('p@ss/word') } });
  const relay = await startRelay(t, { args: socketioRedis({ url: withPassword('wrong') }), log: [/WRONGPASS/] });
  const line = await relay.ctl.notices.first((text) => text.includes('WRONGPASS'));
  assert.ok(!line.includes('wrong@'), line);
});

test('while the intake is full the plugin waits, and loses nothing', async (t) => {
  const directory = tempDirectory();
  const gate = path.join(directory, 'gate');
  writeFileSync(gate, '');
  t.after(() => rmSync(gate, { force: true })); // whatever happens, the pipeline goes on
  const redis = await Redis.start(t);
  const relay = await startListening(t, redis, {
    args: ['--plugin', path.join(fixturePlugins, 'everything.so')],
    log: [/everything is slow/],
  });
  const client = await redis.client(t);
  // Its answer may come too late: what counts is that it holds the pipeline.
  const held = relay.publish({ type: 'do.wait', data: gate }).catch(() => {});
  const count = 70_000; // more than the intake holds
  for (let i = 0; i < count; i += 1000) {
    const batch = client.multi();
    for (let n = i; n < i + 1000; ++n) batch.publish('socketio', `{"method":"emit","event":"n","data":${n}}`);
    await batch.exec();
  }
  await eventually(async () => (await sourceOf(relay))?.waiting_backpressure, 'the plugin waits');
  rmSync(gate);
  await held;
  await eventually(async () => (await sourceOf(relay))?.records === count, 'all have arrived');
  const through = async () => (await relay.stats()).pipeline.events_in;
  await eventually(async () => (await through()) > count, 'all are through the pipeline');
  assert.equal(await through(), count + 1, 'each once, and the one that held it');
  const last = (await relay.get('/api/v1/events?match=seneca.emit&limit=1000')).json();
  assert.deepEqual(
    last.events.map((event) => event.data.args[0]),
    Array.from({ length: last.events.length }, (_, n) => n),
  );
});
