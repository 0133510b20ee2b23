// What every client of the matrix does. `relays` are those of matrix.js; `open(relay)` opens a client, `another()` starts
// a relay of the case's own.

import assert from 'node:assert/strict';

import { numbered, seedEvent } from './events.js';
import { tcpProxy } from './tcp_proxy.js';
import { eventually } from './wait.js';

const bytes = (...values) => ({ base64: Buffer.from(values).toString('base64') });
const texts = [1, 'two', { three: [false, null, 'ü€😀'] }];

/** Ends when the relay has no client with that id any more. */
const forgotten = (relay, id) =>
  eventually(
    async () => !(await relay.clients()).some((client) => client.rooms.includes(id)),
    'the relay has forgotten it',
  );

async function hearsNews(client, relay) {
  await relay.publish(seedEvent('agent.moved', { n: 'news' }));
  assert.equal((await client.hears('agent_update'))[0].data.n, 'news');
}

/** Its transport is the one asked for: an upgrade is over. */
async function settled(client, transport) {
  const wanted = transport === 'polling' ? 'polling' : 'websocket';
  await eventually(async () => (await client.transport()) === wanted, wanted);
}

// engine.io-client does not notice a server that goes away in the middle of an upgrade until a heartbeat is missed: so
// only who has settled is cut.
async function isCut(client, driver) {
  const { reason } = await client.next('disconnect');
  if (driver.reasons) assert.match(reason, /^transport (error|close)$/);
}

async function isBack(client, before, relay) {
  const { sid } = await client.next('connect');
  assert.notEqual(sid, before);
  await hearsNews(client, relay);
}

export const cases = {
  async text({ open, relays }) {
    const client = await open(relays.echo);
    await client.emit('message', ...texts);
    assert.deepEqual(await client.hears('message-back'), texts);
  },

  async binary({ open, relays }) {
    const client = await open(relays.echo);
    const args = [bytes(1, 2, 255), { deep: [bytes(0), 'text', bytes()] }];
    await client.emit('message', ...args);
    assert.deepEqual(await client.hears('message-back'), args);
  },

  async 'the relay acknowledges'({ open, relays }) {
    const client = await open(relays.echo);
    const args = [...texts, bytes(4, 5)];
    assert.deepEqual(await client.call('message-with-ack', ...args), args);
  },

  async 'the client acknowledges'({ open, relays }) {
    const client = await open(relays.told);
    const args = [...texts, bytes(6)];
    await client.emit('ask', ...args);
    assert.deepEqual(await client.hears('question'), args);
    assert.deepEqual(await client.hears('answer'), args);
  },

  async 'auth reaches the relay'({ open, relays }) {
    const auth = { token: 'abc' };
    const client = await open(relays.echo, { auth });
    assert.deepEqual(await client.hears('auth'), [auth]);
  },

  async 'a refusal says why'({ open, relays }) {
    const auth = { refuse: 'no token', data: '{"retry":[1,2]}' };
    const client = await open(relays.told, { auth });
    const { message, data } = await client.next('refused');
    assert.deepEqual([message, data], ['no token', { retry: [1, 2] }]);
  },

  async 'two namespaces'({ open, relays }) {
    const client = await open(relays.echo, { namespaces: ['/', '/custom'] });
    const sids = [];
    for (const namespace of ['/', '/custom']) {
      sids.push((await client.next('connect', { namespace })).sid);
      assert.equal((await client.hears('auth', namespace)).length, 1);
    }
    assert.notEqual(sids[0], sids[1]);
  },

  async 'a burst at once'({ open, relays, driver }) {
    const client = await open(relays.echo);
    await client.next('connect');
    await client.burst('message', 100);
    const back = [];
    while (back.length < 100) back.push((await client.hears('message-back'))[0]);
    if (!driver.ordered) back.sort((a, b) => a - b);
    assert.deepEqual(back, [...Array(100).keys()]);
  },

  async 'live events'({ open, relays, driver }) {
    const client = await open(relays.plain);
    await client.hears('connection_established');
    await relays.plain.publish(numbered(100, { type: 'agent.step' }));
    const seen = [];
    while (seen.length < 100) seen.push((await client.hears('agent_update'))[0].data.n);
    if (!driver.ordered) seen.sort((a, b) => a - b);
    assert.deepEqual(seen, [...Array(100).keys()]);
    assert.ok(!client.reports.items.some(({ what }) => what === 'disconnect'));
  },

  async 'rooms, subscriptions, publishing'({ open, relays }) {
    const client = await open(relays.plain, { auth: { role: 'operator' } });
    await client.hears('connection_established');
    assert.equal((await client.call('join', 'floor'))[0].ok, true);
    await relays.plain.publish(seedEvent('agent.moved', { n: 'floor' }, { room: 'floor' }));
    assert.equal((await client.hears('agent_update'))[0].data.n, 'floor');
    assert.equal((await client.call('leave', 'floor'))[0].ok, true);
    assert.equal((await client.call('leave', 'floor'))[0].code, 'not_joined');
    assert.equal((await client.call('subscribe', { match: 'task.**', filter: 'data.n > 5' }))[0].ok, true);
    await relays.plain.publish(numbered(7, { type: 'task.step' }));
    assert.equal((await client.hears('event'))[0].data.n, 6);
    assert.ok((await client.call('publish', 'task.step', { n: 9 }))[0].offset > 0);
    assert.equal((await client.hears('event'))[0].data.n, 9);
    assert.equal((await client.call('no_such_thing', 1))[0].code, 'unknown_event');
  },

  async 'the transport is the one asked for'({ open, relays, transport }) {
    const client = await open(relays.plain);
    await client.next('connect');
    await settled(client, transport);
    await hearsNews(client, relays.plain);
  },

  async 'a cut connection is made again'({ t, open, relays, transport, driver }) {
    const proxy = await tcpProxy(t, { host: '127.0.0.1', port: relays.plain.port });
    const client = await open(relays.plain, { url: `http://127.0.0.1:${proxy.port}` });
    const { sid } = await client.next('connect');
    await client.hears('connection_established');
    await settled(client, transport);
    proxy.cut();
    await isCut(client, driver);
    proxy.mend();
    await isBack(client, sid, relays.plain);
  },

  async 'a lost session is recovered'({ t, open, relays, transport, driver }) {
    const relay = relays.recovering;
    const proxy = await tcpProxy(t, { host: '127.0.0.1', port: relay.port });
    const client = await open(relay, { url: `http://127.0.0.1:${proxy.port}` });
    const { sid } = await client.next('connect');
    await client.hears('connection_established');
    await settled(client, transport);
    await hearsNews(client, relay); // which tells the client where it is
    proxy.cut();
    await isCut(client, driver);
    await relay.publish(seedEvent('agent.moved', { n: 'missed' }));
    proxy.mend();
    const back = await client.next('connect');
    if (driver.recovers) {
      assert.deepEqual([back.recovered, back.sid], [true, sid]);
      assert.equal((await client.hears('agent_update'))[0].data.n, 'missed');
    } else {
      assert.notEqual(back.sid, sid);
    }
    await hearsNews(client, relay); // to others what was missed is lost
  },

  async 'a relay that restarts is found again'({ open, another, transport, driver }) {
    const first = await another();
    const client = await open(first);
    const { sid } = await client.next('connect');
    await client.hears('connection_established');
    await settled(client, transport);
    await first.stop();
    await isCut(client, driver);
    const second = await another({ port: first.port });
    await isBack(client, sid, second);
  },

  async 'the client disconnects'({ open, relays, driver }) {
    const client = await open(relays.plain);
    const { sid } = await client.next('connect');
    await client.hears('connection_established');
    await client.close();
    if (driver.reasons) assert.equal((await client.next('disconnect')).reason, 'io client disconnect');
    await forgotten(relays.plain, sid);
  },

  async 'the relay disconnects'({ open, relays, driver }) {
    const client = await open(relays.told);
    const { sid } = await client.next('connect');
    await client.emit('kick', sid);
    const { reason } = await client.next('disconnect');
    if (driver.reasons) assert.equal(reason, 'io server disconnect');
    await forgotten(relays.told, sid);
  },
};
