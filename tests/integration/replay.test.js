// senecactl replay: past events once more.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PlainClient } from './support/clients.js';
import { jsonLines, run, start } from './support/ctl.js';
import { assertNumbered, cloudEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';

/** A file of `count` events a second apart. */
function recording(count) {
  const file = path.join(tempDirectory(), 'past.jsonl');
  const at = (n) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
  const events = Array.from({ length: count }, (_, n) =>
    cloudEvent(n % 2 ? 'past.odd' : 'past.even', { n }, { id: `p-${n}`, time: at(n) }),
  );
  writeFileSync(file, events.map((event) => JSON.stringify(event) + '\n').join(''));
  return file;
}

test('a file is replayed to live clients, marked, and not kept', async (t) => {
  const relay = await startRelay(t, { set: { 'journal.memory.events': 10 } });
  const file = recording(1500);
  const client = await PlainClient.open(t, relay.ws('/ws?match=past.*'));
  const replay = ['--url', relay.url, 'replay', file, '--speed', 'max'];
  assert.equal((await run(replay)).code, 0);
  assertNumbered(await client.events.count(1500), 0, 1499);
  assert.ok(client.events.items.every((event) => event.replayed === true));
  assert.equal((await run([...replay, '--match', 'past.odd', '--until', 'offset:10'])).code, 0);
  const again = await client.events.count(1505);
  assert.deepEqual(again.slice(1500).map((event) => event.data.n), [1, 3, 5, 7, 9]); // prettier-ignore
  // The second time memory has room to make: what came before the first is committed.
  for (let i = 0; i < 2; ++i) await relay.publish(Array.from({ length: 20 }, () => cloudEvent('other')));
  const kept = (await relay.get('/api/v1/events?since=0&limit=1000&match=past.*')).json();
  assert.equal(kept.events.length, 0, 'nothing of it is in the journal');
  assert.equal((await run([...replay, '--keep', '--until', 'offset:3', '--to-room', 'r'])).code, 0);
  const stays = (await relay.get('/api/v1/events?since=0&limit=1000&match=past.*')).json().events;
  assertNumbered(stays, 0, 2);
  assert.ok(stays.every((event) => event.room === 'r' && event.replayed === true));
});

test('a journal is replayed at a pace, and step by step', async (t) => {
  const directory = tempDirectory();
  const file = recording(20);
  assert.equal((await run(['import', file, '--data-dir', directory])).code, 0);
  const replay = ['replay', '--data-dir', directory, '--print'];
  const printed = await run([...replay, '--speed', '100x']);
  assertNumbered(jsonLines(printed.stdout), 0, 19);
  const paced = start(t, [...replay, '--speed', '1000x']);
  assert.equal((await paced.exit()).code, 0);
  const step = start(t, [...replay, '--step'], { stdin: 'pipe' });
  for (let n = 0; n < 3; ++n) {
    step.stdin.write('\n');
    const lines = await step.lines.count(n + 1);
    assert.equal(JSON.parse(lines[n]).data.n, n);
  }
  step.signal('SIGINT');
  assert.equal((await step.exit()).code, 130);
});

test('it goes on and on with --loop, until it is interrupted', async (t) => {
  const relay = await startRelay(t);
  const client = await PlainClient.open(t, relay.ws('/ws?match=past.*'));
  const loop = start(t, ['--url', relay.url, 'replay', recording(3), '--speed', 'max', '--loop']);
  const events = await client.events.count(9);
  assert.deepEqual(
    events.slice(0, 9).map((event) => event.data.n),
    [0, 1, 2, 0, 1, 2, 0, 1, 2],
  );
  loop.signal('SIGINT');
  assert.equal((await loop.exit()).code, 130);
});

test('what cannot be replayed is told', async (t) => {
  const directory = tempDirectory();
  const file = path.join(directory, 'bad.jsonl');
  writeFileSync(file, '{"type":"past.even","data":{"n":0}}\nnonsense\n');
  const bad = await run(['replay', file, '--print', '--speed', 'max']);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /line 2 is left out/);
  assert.equal(jsonLines(bad.stdout).length, 1);
  assert.equal((await run(['replay', file, '--speed', 'fast'])).code, 64);
  const nobody = await run(['--url', 'ws://127.0.0.1:1', 'replay', file, '--speed', 'max']);
  assert.equal(nobody.code, 69);
  const none = await run(['replay', '--data-dir', path.join(directory, 'none'), '--print']);
  assert.equal(none.code, 78);
});
