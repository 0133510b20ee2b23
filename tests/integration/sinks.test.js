// Plugins that take events out of a running relay.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { run } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const sinkArgs = (config) => ['--plugin', `file:${JSON.stringify(config)}`];
const lines = (file) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []);
const events = (file) => lines(file).map((line) => JSON.parse(line));
const sinkOf = async (relay) => (await relay.stats()).sinks[0];

async function publish(relay, from, count, type = 'n') {
  const body = Array.from({ length: count }, (_, i) => ({ type, source: 't', data: { n: from + i } }));
  await relay.publish(body);
}

test('the file sink writes every event, whole and in order', async (t) => {
  const file = path.join(tempDirectory(), 'events.jsonl');
  const relay = await startRelay(t, { args: sinkArgs({ path: file }) });
  for (let n = 0; n < 1000; n += 100) await publish(relay, n, 100);
  await eventually(async () => (await sinkOf(relay)).delivered === 1000, 'all are written');
  const written = events(file);
  assert.deepEqual(
    written.map((event) => [event.sequence, event.data.n]),
    Array.from({ length: 1000 }, (_, n) => [String(n + 1), n]),
  );
  const { events: kept } = (await relay.get('/api/v1/events?limit=1')).json();
  const { epoch, ...same } = kept[0];
  assert.ok(epoch);
  assert.deepEqual(written[Number(same.sequence) - 1], same, 'as the relay itself writes it');
  const sink = await sinkOf(relay);
  assert.deepEqual([sink.name, sink.state, sink.lag, sink.skipped], ['file', 'following', 0, 0]);
  const again = await run(['plugin', 'info', 'file']);
  assert.match(again.stdout, /seneca\.sink\/1/);
});

test('what was published before a stop is in the file after it', async (t) => {
  const file = path.join(tempDirectory(), 'events.jsonl');
  const relay = await startRelay(t, { args: sinkArgs({ path: file, sync: true }) });
  await publish(relay, 0, 5000);
  await relay.stop();
  assert.equal(events(file).length, 5000);
});

test('a line that a crash cut off is taken away, and whole ones stay', async (t) => {
  const file = path.join(tempDirectory(), 'events.jsonl');
  writeFileSync(file, '{"type":"old"}\n{"type":"cut o');
  const relay = await startRelay(t, { args: sinkArgs({ path: file }) });
  await publish(relay, 0, 1);
  await eventually(() => lines(file).length === 2, 'it is written');
  assert.deepEqual(
    events(file).map((event) => event.type),
    ['old', 'n'],
  );
});

test('a full file makes room, and the oldest goes', async (t) => {
  const file = path.join(tempDirectory(), 'events.jsonl');
  const relay = await startRelay(t, { args: sinkArgs({ path: file, rotate_bytes: 2000, keep: 2 }) });
  for (let n = 0; n < 60; ++n) await publish(relay, n, 1);
  await eventually(async () => (await sinkOf(relay)).delivered === 60, 'all are written');
  const kept = [`${file}.2`, `${file}.1`, file].flatMap(events).map((event) => event.data.n);
  assert.deepEqual(kept, Array.from({ length: kept.length }, (_, i) => 60 - kept.length + i));
  assert.ok(kept.length < 60 && !existsSync(`${file}.3`));
});

test('while the file cannot be written events wait, and then all are there', async (t) => {
  const directory = path.join(tempDirectory(), 'logs');
  mkdirSync(directory);
  const file = path.join(directory, 'events.jsonl');
  const relay = await startRelay(t, { args: sinkArgs({ path: file }), log: [/file waits: .*No such file/] });
  await publish(relay, 0, 1);
  await eventually(() => lines(file).length === 1, 'the first is written');
  renameSync(directory, `${directory}.away`);
  await publish(relay, 1, 1); // into the file that went away: it is open
  await eventually(async () => /^waiting: .*No such file/.test((await sinkOf(relay)).state), 'it notices');
  await publish(relay, 2, 10);
  mkdirSync(directory);
  await eventually(async () => (await sinkOf(relay)).delivered === 12, 'all are written');
  const all = [path.join(`${directory}.away`, 'events.jsonl'), file].flatMap(events).map((event) => event.data.n);
  assert.deepEqual(all, Array.from({ length: 12 }, (_, n) => n));
});

test('a reload with another configuration goes on where the old sink stood', async (t) => {
  const directory = tempDirectory();
  const config = path.join(directory, 'seneca.json');
  const write = (name) =>
    writeFileSync(
      config,
      JSON.stringify({ plugins: [{ path: 'file', config: { path: path.join(directory, name) } }] }),
    );
  write('first.jsonl');
  const relay = await startRelay(t, { args: ['-c', config], logLevel: 'info', log: [/./] });
  await publish(relay, 0, 10);
  write('second.jsonl');
  relay.ctl.signal('SIGHUP');
  await eventually(() => existsSync(path.join(directory, 'second.jsonl')), 'the second is there');
  await publish(relay, 10, 10);
  const all = () => ['first.jsonl', 'second.jsonl'].flatMap((name) => events(path.join(directory, name)));
  await eventually(() => all().length === 20, 'all are written');
  assert.deepEqual(
    all().map((event) => event.data.n),
    Array.from({ length: 20 }, (_, n) => n),
  );
});

test('what cannot be a file of events is refused at the start', async (t) => {
  const directory = tempDirectory();
  writeFileSync(path.join(directory, 'real'), '');
  symlinkSync(path.join(directory, 'real'), path.join(directory, 'link'));
  const wrong = {
    '{}': /plugin_bad_config/,
    [JSON.stringify({ path: directory })]: /Is a directory/,
    [JSON.stringify({ path: path.join(directory, 'no/such/events') })]: /No such file/,
    [JSON.stringify({ path: path.join(directory, 'link') })]: /symbolic links/,
    '{"path":"/dev/null"}': /no regular file/,
  };
  for (const [flag, message] of Object.entries(wrong)) {
    const end = await run(['serve', '--listen', '127.0.0.1:0', '--check', '--plugin', `file:${flag}`]);
    assert.equal(end.code, 78, flag);
    assert.match(end.stderr, message);
  }
});
