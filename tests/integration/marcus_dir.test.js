// serve --watch: the logs of a Marcus, whatever happens to them.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { appendFileSync, chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { PlainClient } from './support/clients.js';
import { heedingModes } from './support/ctl.js';
import { MarcusDirectory } from './support/marcus_dir.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually, slowness } from './support/wait.js';

const type = 'task.progress.updated';
const number = (event) => Number(/task-(\d+)$/.exec(event.data.task_id)?.[1] ?? -1);

/** The progress reports in the relay's log, once there are `count` of them. */
async function logged(relay, count) {
  const read = async () => (await relay.get(`/api/v1/events?match=${type}&limit=1000`)).json().events;
  await eventually(
    async () => (await read()).length >= count,
    `${count} reports in the log`,
    20_000 * slowness,
  );
  return read();
}

/** Reports 0 to count - 1, each once. Order is that of time, so within one file that of the lines. */
function assertAll(events, count, inOrder = true) {
  const numbers = events.map(number);
  if (!inOrder) numbers.sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: count }, (_, i) => i),
  );
}

async function watch(t, marcus, options = {}) {
  const relay = await startRelay(t, { ...options, args: ['--watch', marcus.root, ...(options.args ?? [])] });
  const live = await PlainClient.open(t, relay.ws(`/ws?match=${type}`));
  // What is written before its first look is no news to it.
  await eventually(
    async () => /^(following|waiting)/.test((await relay.stats()).sources[0].state),
    'the directory is watched',
  );
  return { relay, live };
}

const until = (live, count) => live.events.count(count, `${count} reports`, 20_000 * slowness);

test('what Marcus writes after the start comes live', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { relay, live } = await watch(t, marcus);
  for (let n = 0; n < 50; ++n) marcus.progress(n);
  const events = await until(live, 50);
  assertAll(events, 50);
  const [event] = events;
  assert.equal(event.data.agent_id, 'agent-0');
  assert.match(event.source, /^\/marcus\/main/);
  assert.match(event.origin, /agent_events/);
  const [source] = (await relay.stats()).sources;
  assert.equal(source.type, 'marcus');
});

test('what was there before the start is in the log, and not told as news', async (t) => {
  const marcus = new MarcusDirectory(t);
  for (let n = 0; n < 20; ++n) marcus.progress(n);
  const { relay, live } = await watch(t, marcus);
  assertAll(await logged(relay, 20), 20);
  marcus.progress(20);
  assert.equal(number((await until(live, 1))[0]), 20);
  assertAll(await logged(relay, 21), 21);
});

test('a directory, a folder and files that appear later', async (t) => {
  const marcus = new MarcusDirectory(t);
  marcus.root += '/later/marcus';
  const { live } = await watch(t, marcus);
  for (let n = 0; n < 5; ++n) marcus.progress(n);
  marcus.create(marcus.audit());
  for (let n = 5; n < 10; ++n) marcus.progress(n, marcus.agentEvents('20260304'));
  assertAll(await until(live, 10), 10);
});

test('a torn line is told once it is whole, and once', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { live } = await watch(t, marcus);
  const file = marcus.agentEvents();
  for (let n = 0; n < 10; ++n) {
    const line = marcus.progressLine(n);
    for (const piece of [line.slice(0, 1), line.slice(1, 40), line.slice(40, -1), line.slice(-1)]) {
      marcus.append(file, piece);
      await new Promise(setImmediate);
    }
    await until(live, n + 1);
  }
  assertAll(live.events.items, 10);
});

test('midnight: the new file goes on where the old one ended', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { live } = await watch(t, marcus);
  for (let n = 0; n < 30; ++n) marcus.progress(n, marcus.agentEvents('20260303'));
  for (let n = 30; n < 60; ++n) marcus.progress(n, marcus.agentEvents('20260304'));
  assertAll(await until(live, 60), 60);
});

test('a file that is renamed, truncated or replaced', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { relay, live } = await watch(t, marcus);
  const file = marcus.agentEvents();
  marcus.progress(0);
  await until(live, 1);
  renameSync(file, marcus.agentEvents('20260302'));
  marcus.progress(1, marcus.agentEvents('20260302'));
  marcus.progress(2);
  await until(live, 3);
  writeFileSync(file, '');
  await eventually(async () => (await relay.stats()).sources[0].restarts >= 1, 'the truncation is noticed');
  marcus.progress(3);
  await until(live, 4);
  rmSync(file);
  marcus.progress(4);
  assertAll(await until(live, 5), 5, false);
});

test('lines that are no records are skipped and counted', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { relay, live } = await watch(t, marcus, { log: [/ingest/] });
  const file = marcus.agentEvents();
  marcus.progress(0);
  appendFileSync(file, '\n\r\n{"half": \n');
  appendFileSync(file, Buffer.from([0, 1, 2, 255, 10]));
  appendFileSync(file, `${'['.repeat(1000)}\n`);
  appendFileSync(file, marcus.progressLine(1).replace('\n', '\r\n'));
  appendFileSync(file, marcus.progressLine(2).replace('"progress":50', '"progress":NaN'));
  appendFileSync(file, `{"pad":"${'x'.repeat(5_000_000)}"}\n`);
  marcus.progress(3);
  assertAll(await until(live, 4), 4);
  const skipped = await eventually(async () => {
    const [source] = (await relay.stats()).sources;
    return source.skipped_lines >= 3 && source;
  }, 'the skipped lines are counted');
  assert.ok(skipped.repaired >= 1, 'and the repaired one');
});

test('a file that may not be read is reported, followed once it may, and holds up no other', async (t) => {
  const marcus = new MarcusDirectory(t);
  const hidden = marcus.agentEvents('20260304');
  marcus.progress(1, hidden);
  chmodSync(hidden, 0);
  const { relay, live } = await watch(t, marcus, { log: [/ingest/], runBy: heedingModes });
  marcus.progress(0);
  await until(live, 1);
  const [source] = (await relay.stats()).sources;
  assert.match(source.last_error, /agent_events_20260304\.jsonl: cannot be opened: .*\[open_failed\]$/);
  chmodSync(hidden, 0o600);
  marcus.progress(2, hidden);
  marcus.progress(3);
  await eventually(() => [2, 3].every((n) => live.events.items.some((event) => number(event) === n)), 'both');
  assertAll(await logged(relay, 4), 4, false);
});

test('a line of 100 MB is skipped, and costs no memory', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { relay, live } = await watch(t, marcus, { log: [/ingest/] });
  const file = marcus.agentEvents();
  marcus.progress(0);
  await until(live, 1);
  const before = relay.residentBytes();
  let most = before;
  const piece = 'x'.repeat(1_000_000);
  marcus.append(file, '{"pad":"');
  for (let i = 0; i < 100; ++i) {
    marcus.append(file, piece);
    await relay.get('/healthz');
    most = Math.max(most, relay.residentBytes());
  }
  marcus.append(file, '"}\n');
  marcus.progress(1);
  assertAll(await until(live, 2), 2);
  most = Math.max(most, relay.residentBytes());
  const grown = Math.round((most - before) / 2 ** 20);
  assert.ok(grown < (slowness > 1 ? 256 : 32), `memory grew by ${grown} MiB`);
  assert.equal((await relay.stats()).sources[0].skipped_lines, 1);
});

test('a relay that starts again has everything once', async (t) => {
  const marcus = new MarcusDirectory(t);
  const first = await watch(t, marcus);
  for (let n = 0; n < 20; ++n) marcus.progress(n);
  await until(first.live, 20);
  await first.relay.stop();
  for (let n = 20; n < 40; ++n) marcus.progress(n);
  const second = await watch(t, marcus);
  for (let n = 40; n < 60; ++n) marcus.progress(n);
  await second.live.events.first((event) => number(event) === 59, 'the newest report', 20_000 * slowness);
  assertAll(await logged(second.relay, 60), 60);
});

test('several writers, one file: every line once', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { live } = await watch(t, marcus);
  const writers = 4;
  const each = 100;
  const script = fileURLToPath(new URL('./support/marcus_writer.js', import.meta.url));
  const file = marcus.agentEvents();
  const ends = Array.from(
    { length: writers },
    (_, i) =>
      new Promise((resolve) => fork(script, [file, String(i * each), String(each)]).on('exit', resolve)),
  );
  assert.deepEqual(await Promise.all(ends), Array(writers).fill(0));
  assertAll(await until(live, writers * each), writers * each, false);
});

test('the copies that conversations and decisions are, are told once', async (t) => {
  const marcus = new MarcusDirectory(t);
  const { relay } = await watch(t, marcus);
  const live = await PlainClient.open(t, relay.ws('/ws?match=conversation.**'));
  const conversations = marcus.conversations();
  const decisions = conversations.replace('conversations_', 'decisions_');
  for (let n = 0; n < 10; ++n) {
    const line = `${JSON.stringify({
      worker_id: `agent-${n}`,
      conversation_type: 'worker_to_pm',
      message: `hello ${n}`,
      metadata: {},
      event: 'worker_communication',
      logger: 'marcus.conversations',
      level: 'info',
      timestamp: new Date(Date.now() + n).toISOString(),
    })}\n`;
    marcus.append(conversations, line);
    marcus.append(decisions, line);
  }
  await live.events.count(10, 'ten messages', 20_000 * slowness);
  marcus.progress(0);
  await eventually(
    async () => (await relay.get(`/api/v1/events?match=${type}`)).json().events.length === 1,
    'the end',
  );
  assert.equal(live.events.items.length, 10);
});

test('a relay that is killed again and again has every record once', async (t) => {
  const marcus = new MarcusDirectory(t);
  const journal = ['--data-dir', tempDirectory()];
  let written = 0;
  const write = (count) => {
    for (const end = written + count; written < end; ++written) marcus.progress(written);
  };
  write(100);
  for (let round = 0; round < 5; ++round) {
    const relay = await startRelay(t, { args: ['--watch', marcus.root, ...journal], log: [/./] });
    write(60);
    await eventually(async () => (await relay.stats()).log.newest > written - 50, 'most of them are taken');
    write(20);
    await relay.kill();
    write(10);
  }
  const { relay } = await watch(t, marcus, { args: journal });
  assertAll(await logged(relay, written), written);
});
