// senecactl tail.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertRefused, jsonLines, run, start } from './support/ctl.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { slowness, eventually } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

const ctl = (args, options) => run([...args, '--url', relay.url], options);

/** A tail that the relay has accepted. */
async function tailing(t, args, at = relay) {
  const before = (await at.clients()).length;
  const tail = start(t, ['tail', '--url', at.url, '-o', 'jsonl', ...args]);
  await eventually(async () => {
    const clients = await at.clients();
    return (
      clients.length > before &&
      clients.every((client) => client.protocol !== 'ws.v1' || client.subscriptions.length)
    );
  }, 'the tail is subscribed');
  return tail;
}

describe('tail', () => {
  test('prints events as they happen, one JSON a line', async (t) => {
    const tail = await tailing(t, ['t1.*', '--count', '3']);
    await relay.publish([
      seedEvent('t1.a', { n: 0 }),
      seedEvent('other'),
      seedEvent('t1.b', { n: 1 }),
      seedEvent('t1.c', { n: 2 }),
    ]);
    assert.deepEqual(await tail.exit(), { code: 0, signal: null });
    assertNumbered(jsonLines(tail.stdout), 0, 2);
    assert.equal(tail.stderr, '');
  });

  test('-n begins in the past, --since too', async () => {
    const { first_offset: first } = await relay.publish(numbered(10, { type: 't2' }));
    const last = await ctl(['tail', 't2', '-n', '4', '-C', '4', '-o', 'jsonl']);
    assertNumbered(jsonLines(last.stdout), 6, 9);
    const since = await ctl(['tail', 't2', '--since', `offset:${first + 3}`, '-C', '7', '-o', 'jsonl']);
    assertNumbered(jsonLines(since.stdout), 3, 9);
    const ago = await ctl(['tail', 't2', '--since', '10m', '-C', '10', '-o', 'jsonl']);
    assertNumbered(jsonLines(ago.stdout), 0, 9);
  });

  test('--filter, --not, --room and --min-priority choose', async () => {
    await relay.publish([
      { ...seedEvent('t3.a', { n: 0 }), priority: 'high' },
      { ...seedEvent('t3.a', { n: 1 }), priority: 'low' },
      { ...seedEvent('t3.b', { n: 2 }), priority: 'critical' },
      seedEvent('t3.a', { n: 3 }, { room: 't3-room' }),
    ]);
    const numbers = async (...args) =>
      jsonLines((await ctl(['tail', 't3.*', '-n', '10', '-o', 'jsonl', ...args])).stdout)
        .map((event) => event.data.n)
        .sort();
    assert.deepEqual(await numbers('--filter', 'data.n >= 2', '-C', '2'), [2, 3]);
    assert.deepEqual(await numbers('--not', 't3.b', '-C', '3'), [0, 1, 3]);
    assert.deepEqual(await numbers('--room', 't3-room', '-C', '1'), [3]);
    assert.deepEqual(await numbers('--min-priority', 'high', '-C', '2'), [0, 2]);
  });

  test('formats: text, json, logfmt and chosen fields', async () => {
    await relay.publish(seedEvent('t4', { agent: { id: 'a 1' }, n: 7 }, { subject: 'task:T1' }));
    const tail = async (...args) =>
      (await ctl(['tail', 't4', '-n', '1', '-C', '1', ...args])).stdout.trimEnd();
    assert.match(
      await tail(),
      /^\d\d:\d\d:\d\d\.\d{3} t4 +task:T1 +normal +\{"agent":\{"id":"a 1"\},"n":7\}$/,
    );
    assert.deepEqual(
      JSON.parse(await tail('-o', 'json')).map((event) => event.data.n),
      [7],
    );
    assert.match(await tail('-o', 'logfmt'), /type=t4 .*data\.agent\.id="a 1" data\.n=7/);
    assert.equal(await tail('--fields', 'type,data.agent.id,data.n,data.none'), 't4\ta 1\t7\t-');
  });

  test('--wait: 27 when nothing comes, 0 when it does', async (t) => {
    const none = await ctl(['tail', 't5.never', '--wait', '300ms']);
    assert.equal(none.code, 27);
    const tail = await tailing(t, ['t5.yes', '--wait', '60s']);
    await relay.publish(seedEvent('t5.yes'));
    assert.equal((await tail.exit()).code, 0);
  });

  test('finds the relay again after a restart, and no event is missing or twice', async (t) => {
    const first = await startRelay(t);
    const tail = await tailing(t, [], first);
    await first.publish(numbered(5));
    await tail.lines.count(5);
    await first.stop();
    const second = await startRelay(t, { port: first.port });
    await eventually(
      async () => (await second.clients()).some((client) => client.subscriptions.length),
      'it is back',
      20_000 * slowness,
    );
    await second.publish(numbered(5, { from: 5 }));
    await tail.lines.count(10);
    tail.signal('SIGINT');
    assert.equal((await tail.exit()).code, 130);
    assert.deepEqual(
      jsonLines(tail.stdout).map((event) => event.data.n),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.match(tail.stderr, /goodbye/);
    assert.match(tail.stderr, /connected again/);
  });

  test('--no-reconnect ends with 69 when the relay goes', async (t) => {
    const short = await startRelay(t);
    const tail = await tailing(t, ['--no-reconnect'], short);
    await short.stop();
    assert.equal((await tail.exit()).code, 69);
  });

  test('a reader that goes away ends it without a word', async (t) => {
    const tail = await tailing(t, ['t6']);
    tail.child.stdout.destroy();
    const publishing = setInterval(
      () => relay.publish(numbered(20, { type: 't6', pad: 1000 })).catch(() => {}),
      50,
    );
    try {
      assert.deepEqual(await tail.exit(), { code: 0, signal: null });
    } finally {
      clearInterval(publishing);
    }
    assert.equal(tail.stderr, '');
  });

  test('says what is wrong with a pattern, a filter or the address', async () => {
    assertRefused(await ctl(['tail', 'a b']), 64, /a b/);
    assertRefused(await ctl(['tail', '--filter', 'data.n >']), 64, /column|filter/);
    assertRefused(await ctl(['tail', '--since', 'yesterday']), 64, /yesterday/);
    assertRefused(await run(['tail', '--url', 'ws://127.0.0.1:1']), 69, /127\.0\.0\.1:1/);
    assertRefused(await run(['tail', '--url', 'gopher://x']), 64, /gopher/);
  });
});
