// The relay's journal: what outlives it, what clients get of the past, and what a disk can do to it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { OpsClient, PlainClient, StreamClient } from './support/clients.js';
import { assertRefused, heedingModes, run, senecactl } from './support/ctl.js';
import { assertNumbered, assertRising, cloudEvent, numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually, slowness } from './support/wait.js';

const diskFaults = path.join(path.dirname(senecactl), '../tests/fixtures/disk_faults/disk_faults.so');

let types = 0;
const ownType = () => `own.type${++types}`;

/** Starts relays one after the other on the same directory. */
const restartable = (t, set = {}) => {
  const directory = tempDirectory();
  return (options = {}) =>
    startRelay(t, { args: ['--data-dir', directory], set, ...options }).then((relay) => {
      relay.directory = directory;
      return relay;
    });
};

/** All events that the relay's HTTP API has from `since` on. */
async function history(relay, query = 'since=0') {
  const all = [];
  for (let next = query; ; ) {
    const page = (await relay.get(`/api/v1/events?${next}&limit=1000`)).json();
    all.push(...page.events);
    if (page.next > page.newest) return { ...page, events: all };
    next = query.replace(/since=[^&]*/, `since=${page.next}`);
  }
}

describe('a relay that starts again on its journal', () => {
  test('has what it had, and goes on with the offsets, for every kind of client', async (t) => {
    const start = restartable(t);
    const type = ownType();
    const first = await start();
    await first.publish(numbered(1000, { type }));
    const before = await OpsClient.open(t, first);
    await first.stop();
    const second = await start();
    assertNumbered((await history(second, `since=0&match=${type}`)).events, 0, 999);
    const receipt = await second.publish(seedEvent(type, { n: 1000 }));
    assert.ok(receipt.first_offset > before.hello.offset);
    const client = await PlainClient.open(t, second.ws(`/ws?match=${type}&since=1`));
    assertNumbered(await client.events.count(1001), 0, 1000);
    const ops = await OpsClient.open(t, second);
    assert.equal(ops.hello.epoch, before.hello.epoch, 'nothing was lost, so the epoch is the same');
    const { stdout } = await run(['--url', second.url, 'tail', type, '-n', '3', '-C', '3', '-o', 'jsonl']);
    assertNumbered(stdout.trim().split('\n').map(JSON.parse), 998, 1000);
  });

  test('after kill -9 has all that was acknowledged, and clients go on from it', async (t) => {
    const start = restartable(t);
    const type = ownType();
    const first = await start({ log: [/./] });
    let acknowledged = -1;
    let epoch;
    const publish = (async () => {
      for (let n = 0; ; n += 20) {
        const receipt = await first.publish(numbered(20, { type, from: n })).catch(() => null);
        if (receipt === null) return;
        acknowledged = n + 19;
      }
    })();
    epoch = (await OpsClient.open(t, first)).hello.epoch;
    await eventually(() => acknowledged > 400, 'some events are acknowledged');
    await first.kill();
    await publish;
    const second = await start();
    const kept = (await history(second, `since=0&match=${type}`)).events;
    assertNumbered(kept, 0, kept.length - 1);
    assert.ok(kept.length > acknowledged, `${kept.length} of ${acknowledged + 1} are there`);
    const ops = await OpsClient.open(t, second);
    assert.notEqual(ops.hello.epoch, epoch, 'what was sent live and not kept would be a lie in that epoch');
    const last = Number(kept.at(-1).sequence);
    const resumed = await ops.ask({ op: 'resume', epoch, offset: last - 5, match: type });
    assert.equal(resumed.ok, true);
    assertNumbered(await ops.events.count(5), kept.length - 5, kept.length - 1);
    const lost = await ops.ask({ op: 'resume', epoch, offset: last + 1, sub: 'lost' });
    assert.equal(lost.code, 'epoch_changed');
  });
});

test('a bit flipped in what a killed relay left behind is told, mended, and costs nothing acknowledged', async (t) => {
  const start = restartable(t);
  const type = ownType();
  const first = await start({ log: [/./] });
  for (let from = 0; from < 1000; from += 20) await first.publish(numbered(20, { type, from }));
  await first.kill();
  const wal = path.join(first.directory, 'journal.db-wal');
  const bytes = readFileSync(wal);
  const page = bytes.readUInt32BE(8);
  bytes[32 + 24 + page / 2] ^= 1; // in the first page: a low bit, whose place is certain
  writeFileSync(wal, bytes);
  const verify = () => run(['journal', 'verify', '--data-dir', first.directory, '-o', 'json']);
  const found = await verify();
  assert.equal(found.code, 1, found.stderr);
  assert.equal(JSON.parse(found.stdout).verify.write_ahead_log, '1 flipped bits (the next start mends them)');
  const second = await start({ log: [/journal\.db-wal had 1 flipped bits, which are mended/] });
  assertNumbered((await history(second, `since=0&match=${type}`)).events, 0, 999);
  assert.equal(JSON.parse((await verify()).stdout).verify.write_ahead_log, 'in use');
  await second.stop();
  assert.equal((await verify()).code, 0);
});

describe('what memory no longer holds', () => {
  test('and is damaged on the disk, is told as a gap, and what lies around it comes', async (t) => {
    const start = restartable(t);
    const type = ownType();
    const first = await start();
    for (let from = 0; from < 5000; from += 500) await first.publish(numbered(500, { type, from, pad: 200 }));
    await first.stop();
    const file = path.join(first.directory, 'journal.db');
    const bytes = readFileSync(file);
    const block = bytes.indexOf('SNB\x01', bytes.length >> 1, 'latin1');
    assert.ok(block > 0);
    bytes.fill(0x5a, block + 200, block + 208);
    writeFileSync(file, bytes);
    const second = await start({ log: [/\[block_damaged\]/] });
    const client = await PlainClient.open(t, second.ws(`/ws?match=${type},seneca.gap&since=0`));
    await client.events.first((event) => event.data.n === 4999, 'the last event');
    const [gap, ...more] = client.events.items.filter((event) => event.type === 'seneca.gap');
    assert.equal(more.length, 0);
    assert.equal(gap.data.reason, 'damaged');
    const numbers = client.events.items.filter((event) => event.type === type).map((event) => event.data.n);
    assert.equal(numbers[0], 0);
    assert.equal(numbers.length, 5000 - gap.data.skipped);
    assert.ok(numbers.every((n, i) => i === 0 || n > numbers[i - 1]));
    const told = (await history(second, `since=0&match=${type}`)).events.map((event) => event.data.n);
    assert.deepEqual(told, numbers);
  });

  test('and has a flipped bit, in a block and in the first page of the file, comes whole, and it is told', async (t) => {
    const start = restartable(t);
    const type = ownType();
    const first = await start();
    for (let from = 0; from < 5000; from += 500) await first.publish(numbered(500, { type, from, pad: 200 }));
    await first.stop();
    const file = path.join(first.directory, 'journal.db');
    const bytes = readFileSync(file);
    bytes[bytes.indexOf('SNB\x01', bytes.length >> 1, 'latin1') + 200] ^= 4;
    bytes[bytes.indexOf('CREATE TABLE blocks') + 13] ^= 1;
    writeFileSync(file, bytes);
    const second = await start({ log: [/\[block_mended\]/, /a damaged first page, which is put right/] });
    const client = await PlainClient.open(t, second.ws(`/ws?match=${type},seneca.gap&since=0`));
    assertNumbered(await client.events.count(5000), 0, 4999);
  });

  test('comes from the disk, and then live, without a gap or a repeat', async (t) => {
    const relay = await startRelay(t, { set: { 'journal.memory.events': 200 } });
    const type = ownType();
    await relay.publish(numbered(3000, { type }));
    let published = 3000;
    let more = true;
    const publish = (async () => {
      for (; more; published += 50) await relay.publish(numbered(50, { type, from: published }));
    })();
    const clients = await Promise.all(
      [1, 500, 2999].map((since) => PlainClient.open(t, relay.ws(`/ws?match=${type}&since=${since}`))),
    );
    const sse = await StreamClient.open(t, relay, `?match=${type}&since=1`);
    await Promise.all(clients.map((client) => client.events.first((event) => event.data.n === 5000)));
    more = false;
    await publish;
    for (const [i, since] of [1, 500, 2999].entries()) {
      await clients[i].events.first((event) => event.data.n === published - 1);
      assertNumbered(clients[i].events.items, since - 1, published - 1);
    }
    await sse.events.count(published);
    assertNumbered(sse.bodies, 0, published - 1);
  });

  test('is found by time, by subject and from the end', async (t) => {
    const relay = await startRelay(t, { set: { 'journal.memory.events': 100 } });
    const type = ownType();
    const event = (n) => ({
      specversion: '1.0',
      id: `${type}-${n}`,
      source: '/t',
      type,
      subject: n % 500 === 7 ? 'agent:rare' : 'agent:usual',
      time: new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString(),
      data: { n },
    });
    for (let n = 0; n < 2000; n += 100)
      await relay.publish(Array.from({ length: 100 }, (_, i) => event(n + i)));
    const rare = (await history(relay, 'since=0&subject=agent:rare')).events;
    assert.deepEqual(
      rare.map((each) => each.data.n),
      [7, 507, 1007, 1507],
    );
    const late = (await history(relay, `since=2026-01-01T00:20:00Z&match=${type}`)).events;
    assertNumbered(late, 1200, 1999);
    const client = await PlainClient.open(t, relay.ws(`/ws?match=${type}&since=2026-01-01T00:10:00Z`));
    assertNumbered(await client.events.count(1400), 600, 1999);
    const seeking = await PlainClient.open(t, relay.ws(`/ws?match=${type}&last=1900`));
    assertNumbered(await seeking.events.count(1900), 100, 1999);
  });
});

test('a directory that a relay has is refused to the next, which is told whose it is', async (t) => {
  const start = restartable(t);
  const relay = await start();
  const second = await run(['serve', '--listen', '127.0.0.1:0', '--data-dir', relay.directory]);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`process ${relay.pid};.*\\[journal_in_use\\]`));
});

test('a directory that cannot be written stops the start, and is named', async (t) => {
  const directory = path.join(tempDirectory(), 'journal');
  mkdirSync(directory, { mode: 0o555 });
  const serve = ['serve', '--listen', '127.0.0.1:0', '--data-dir', directory];
  const [program, ...args] = [...heedingModes, senecactl, ...serve];
  const end = await run(args, { program });
  assertRefused(end, 1, /journal: cannot be used .*--data-dir.*\[journal_directory\]/);
});

test('what is too old or too much is forgotten, and the space comes back', async (t) => {
  const relay = await startRelay(t, {
    set: { 'journal.retention.bytes': '1MiB', 'journal.memory.events': 100 },
  });
  const noise = () => Array.from({ length: 20 }, () => Math.random().toString(36)).join('');
  for (let n = 0; n < 40; ++n)
    await relay.publish(Array.from({ length: 250 }, () => seedEvent('noise', { text: noise() })));
  await eventually(async () => (await relay.stats()).log.oldest > 2000, 'the oldest are forgotten');
  const page = (await relay.get('/api/v1/events?since=1&limit=1')).json();
  assert.ok(Number(page.events[0].sequence) >= page.oldest);
  const client = await PlainClient.open(t, relay.ws('/ws?since=1'));
  const gap = await client.events.first();
  assert.equal(gap.data.reason, 'offset_expired');
});

test('a million rooms cost no memory that stays', async (t) => {
  const set = { 'journal.memory.events': 10_000, 'journal.retention.bytes': '16MiB' };
  const relay = await startRelay(t, { set });
  const rounds = slowness === 1 ? 100 : 20;
  const publish = (from) =>
    relay.publish(Array.from({ length: 10_000 }, (_, i) => ({ type: 'x', data: 0, room: `room-${from + i}` })));
  for (let round = 0; round < rounds / 5; ++round) await publish(round * 10_000);
  const before = relay.residentBytes();
  for (let round = rounds / 5; round < rounds; ++round) await publish(round * 10_000);
  const grown = Math.round((relay.residentBytes() - before) / 2 ** 20);
  // A sanitizer keeps what is freed for a while.
  assert.ok(grown < (slowness > 1 ? 512 : 32), `memory grew by ${grown} MiB`);
  assert.deepEqual((await relay.get('/api/v1/rooms')).json(), { rooms: [] });
  t.diagnostic(`memory grew by ${grown} MiB`);
});

/** A relay whose disk fails as `disk.fail('full')` says, until `disk.heal()`. */
async function onBadDisk(t, log) {
  const switchFile = path.join(tempDirectory(), 'fault');
  const start = restartable(t);
  const relay = await start({
    log,
    env: { LD_PRELOAD: diskFaults, SENECA_TEST_DISK_FAULT: switchFile },
  });
  const disk = {
    fail: (how) => writeFileSync(switchFile, how),
    heal: () => rmSync(switchFile, { force: true }),
    relay: start,
  };
  return { relay, disk };
}

const post = (relay, event, headers = {}) =>
  relay.request('POST', '/api/v1/events', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(event),
  });

// A preloaded library and a sanitizer's do not go together.
describe('a disk that fails', { skip: slowness > 1 }, () => {
  test('and is full: publishers get 503, watchers stay, and all is well once there is room', async (t) => {
    const { relay, disk } = await onBadDisk(t, [/journal_full/]);
    const type = ownType();
    const watcher = await PlainClient.open(t, relay.ws(`/ws?match=${type}`));
    await relay.publish(numbered(10, { type }));
    disk.fail('full');
    await eventually(async () => (await post(relay, seedEvent(type, { n: 10 }))).status === 503, '503');
    const refused = await post(relay, seedEvent(type, { n: 11 }));
    assert.equal(refused.json().code, 'journal_full');
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await relay.stats()).journal.trouble, 'journal_full');
    assert.equal((await history(relay, `since=0&match=${type}`)).events[0].data.n, 0, 'the past is read');
    disk.heal();
    await eventually(async () => (await post(relay, seedEvent(type, { n: 12 }))).status === 202, '202 again');
    const last = await watcher.events.first((event) => event.data.n === 12);
    await relay.stop();
    const again = await disk.relay();
    const kept = (await history(again, `since=0&match=${type}`)).events;
    assert.equal(kept.at(-1).sequence, last.sequence);
    assertRising(kept);
    assert.deepEqual(
      kept.slice(0, 10).map((event) => event.data.n),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  test('to keep what it was given: the relay ends, and acknowledges nothing more', async (t) => {
    const { relay, disk } = await onBadDisk(t, [/./]);
    await relay.publish(numbered(10));
    disk.fail('lost');
    const answer = await post(relay, seedEvent('x')).catch((error) => error);
    assert.notEqual(answer.status, 202);
    const end = await relay.ctl.exit();
    relay.stopped = true;
    assert.deepEqual(end, { code: 1, signal: null });
    assert.match(relay.ctl.stderr, /journal_fsync/);
    disk.heal();
    const again = await disk.relay();
    assert.equal((await history(again)).events.length >= 10, true);
  });

  test('or is slow: nothing but the acknowledgement waits for it', async (t) => {
    const { relay, disk } = await onBadDisk(t, []);
    disk.fail('slow');
    const type = ownType();
    const watcher = await PlainClient.open(t, relay.ws(`/ws?match=${type}`));
    const receipts = Promise.all(
      Array.from({ length: 20 }, (_, n) => relay.publish(seedEvent(type, { n }))),
    );
    await watcher.events.count(20);
    await receipts;
    assert.ok((await relay.stats()).journal.commits < 20, 'what waited was committed together');
  });
});

describe('what is published again', () => {
  test('is not, also after the relay has started again: it gets the first offset', async (t) => {
    const start = restartable(t);
    const first = await start();
    const event = cloudEvent('once', { n: 1 });
    const before = (await post(first, event)).json();
    assert.deepEqual((await post(first, event)).json(), { ...before, repeated: 1 });
    const keyed = (await post(first, [seedEvent('k'), seedEvent('k')], { 'idempotency-key': 'abc' })).json();
    await first.kill();
    const second = await start();
    assert.deepEqual((await post(second, event)).json(), { ...before, repeated: 1 });
    const again = await post(second, [seedEvent('k'), seedEvent('k')], { 'idempotency-key': 'abc' });
    assert.deepEqual(again.json(), { ...keyed, repeated: 2 });
    assert.equal((await history(second)).events.length, 3);
    const long = await post(second, event, { 'idempotency-key': 'x'.repeat(257) });
    assert.equal(long.status, 400);
    assert.equal(long.json().code, 'bad_key');
  });
});
