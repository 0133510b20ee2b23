// What passes the pipeline, seen from outside: senecactl tail --stage and --diff, GET /api/v1/taps.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { assertRefused, jsonLines, run, start } from './support/ctl.js';
import { numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { Inbox, eventually } from './support/wait.js';

const plugins = JSON.stringify([
  { path: 'topic-filter', config: { deny: ['deny.**'] } },
  { path: 'redact', config: { keys: ['token'] } },
]);
let relay;
before(async () => {
  relay = await startRelay(undefined, { set: { plugins } });
});
after(() => relay.stop());

const ctl = (args, options) => run([...args, '--url', relay.url], options);
const taps = async (at) => (await at.clients()).filter((client) => client.protocol === 'tap');

/** A tail at a place of the pipeline, which the relay has accepted. */
async function tapping(t, args, at = relay) {
  const before = (await taps(at)).length;
  const tail = start(t, ['tail', '--url', at.url, ...args]);
  await eventually(async () => (await taps(at)).length > before, 'the tap is there');
  return tail;
}

const types = (tail) => jsonLines(tail.stdout).map((event) => event.type);

test('in, a plugin and out show the events as they are there', async (t) => {
  const at = (stage, count) =>
    tapping(t, ['--stage', stage, 's1.**', 'deny.s1', '-C', String(count), '-o', 'jsonl']);
  const [into, behind, out] = [await at('in', 3), await at('topic-filter', 2), await at('out', 2)];
  await relay.publish([
    seedEvent('s1.a', { token: 'abc' }),
    seedEvent('deny.s1'),
    seedEvent('other'),
    seedEvent('s1.b'),
  ]);
  for (const tail of [into, behind, out]) assert.equal((await tail.exit()).code, 0, tail.stderr);
  assert.deepEqual(types(into), ['s1.a', 'deny.s1', 's1.b']);
  assert.deepEqual(types(behind), ['s1.a', 's1.b']);
  assert.equal(jsonLines(behind.stdout)[0].data.token, 'abc');
  const [left] = jsonLines(out.stdout);
  assert.equal(left.data.token, '[redacted]');
  assert.ok(Number(left.sequence) > 0);
});

test('--diff shows verdicts, reasons and changes, and counts what passes untouched', async (t) => {
  const redacted = await tapping(t, ['--diff', 'redact', 's2.**', '-C', '1']);
  const dropped = await tapping(t, ['--diff', 'topic-filter', '-C', '1', '-o', 'jsonl']);
  await relay.publish([
    ...numbered(3, { type: 's2.plain' }),
    seedEvent('s2.secret', { who: { token: 'abc' } }),
    seedEvent('deny.s2'),
  ]);
  assert.equal((await redacted.exit()).code, 0);
  const [head, change] = redacted.stdout.split('\n');
  assert.match(head, /^pass {4}\d\d:\d\d:\d\d\.\d{3} s2\.secret /);
  assert.equal(change, '        data.who.token: "abc" → "[redacted]"');
  assert.match(redacted.stderr, /1 shown, 3 passed untouched/);
  assert.equal((await dropped.exit()).code, 0);
  const [step] = jsonLines(dropped.stdout);
  assert.deepEqual(
    [step.plugin, step.verdict, step.event.type, step.changes, step.emitted],
    ['topic-filter', 'drop', 'deny.s2', [], []],
  );
  assert.ok(step.reason);
});

test('--filter, --not, --fields and --rate choose and show as they do in the log', async (t) => {
  const fields = await tapping(t, [
    '--stage',
    'in',
    's3.*',
    '--filter',
    'data.n >= 1',
    '--not',
    's3.c',
    '--fields',
    'type,data.n',
    '-C',
    '1',
  ]);
  const rate = await tapping(t, ['--stage', 'in', 's3.*', '--rate', '-C', '3']);
  await relay.publish([seedEvent('s3.a', { n: 0 }), seedEvent('s3.c', { n: 1 }), seedEvent('s3.b', { n: 2 })]);
  assert.equal((await fields.exit()).code, 0);
  assert.equal(fields.stdout, 's3.b\t2\n');
  assert.equal((await rate.exit()).code, 0);
  assert.match(rate.stdout, /s3\.a/);
});

test('what cannot be is refused', async () => {
  assertRefused(await ctl(['tail', '--stage', 'nobody']), 65, /in, out, topic-filter, redact.*stage_unknown/);
  assertRefused(await ctl(['tail', '--diff', 'in']), 65, /stage_unknown/);
  assertRefused(await ctl(['tail', '--stage', 'in', '--since', '5m']), 64, /--since/);
  assertRefused(await ctl(['tail', '--stage', 'in', '--filter', 'data.n >']), 64, /filter|column/);
  assert.equal((await ctl(['tail', '--stage', 'in', 'never', '--wait', '100ms'])).code, 27);
  const missing = await relay.get('/api/v1/taps?stage=nobody');
  assert.deepEqual([missing.status, missing.json().code], [404, 'stage_unknown']);
});

test('a ninth is refused until one goes', async (t) => {
  const own = await startRelay(t);
  const open = [];
  for (let i = 0; i < 8; ++i) open.push(await tapping(t, ['--stage', 'in'], own));
  const ninth = await own.get('/api/v1/taps?stage=in');
  assert.deepEqual([ninth.status, ninth.json().code], [503, 'too_many_taps']);
  open[3].signal('SIGINT');
  assert.equal((await open[3].exit()).code, 130);
  await eventually(async () => (await taps(own)).length === 7, 'one has gone');
  await tapping(t, ['--stage', 'in'], own);
});

test('a plugin that is reloaded keeps its taps, one that is taken out ends them', async (t) => {
  const file = path.join(tempDirectory(), 'seneca.json');
  const configure = (list) => writeFileSync(file, JSON.stringify({ plugins: list }));
  configure([{ path: 'topic-filter', config: { deny: ['deny.**'] } }]);
  const own = await startRelay(t, { args: ['-c', file], logLevel: 'info', log: [/./] });
  const diff = await tapping(t, ['--diff', 'topic-filter', '-o', 'jsonl'], own);
  const into = await tapping(t, ['--stage', 'in', 'x', '-C', '1'], own);
  const reload = await own.request('POST', '/api/v1/plugins/topic-filter/reload');
  assert.equal(reload.status, 200, reload.text);
  await own.publish(seedEvent('deny.a'));
  assert.equal(JSON.parse(await diff.lines.first()).verdict, 'drop');
  configure([]);
  own.ctl.signal('SIGHUP');
  assert.equal((await diff.exit()).code, 69);
  assert.match(diff.stderr, /topic-filter is no longer in the pipeline/);
  await own.publish(seedEvent('x'));
  assert.equal((await into.exit()).code, 0);
});

test('a tap finds the relay again after a restart, unless told not to', async (t) => {
  const first = await startRelay(t);
  const tail = await tapping(t, ['--stage', 'in', '-C', '1', '-o', 'jsonl'], first);
  const short = await tapping(t, ['--stage', 'in', '--no-reconnect'], first);
  await first.stop();
  assert.equal((await short.exit()).code, 69);
  const second = await startRelay(t, { port: first.port });
  await eventually(async () => (await taps(second)).length === 1, 'it is back');
  await second.publish(seedEvent('s4'));
  assert.equal((await tail.exit()).code, 0);
  assert.deepEqual(types(tail), ['s4']);
  assert.match(tail.stderr, /connected again; what passed meanwhile is not shown/);
});

test('a listener that does not read keeps nobody waiting, and hears what is missing', async (t) => {
  const own = await startRelay(t);
  const response = await new Promise((resolve, reject) => {
    const request = http.get(`${own.url}/api/v1/taps?stage=in`, { agent: false }, resolve);
    request.on('error', reject);
    t.after(() => request.destroy());
  });
  response.on('error', () => {});
  response.pause();
  for (let i = 0; i < 40; ++i) await own.publish(numbered(500, { type: 's5', pad: 1000 }));
  assert.equal((await own.stats()).pipeline.events_out, 20_000);
  const gaps = new Inbox();
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (part) => {
    text = text.slice(-200) + part;
    const found = /event: gap\ndata: (.*)\n/.exec(text);
    if (found) gaps.push(JSON.parse(found[1]));
  });
  response.resume();
  const { skipped, reason } = await gaps.first();
  assert.ok(skipped > 0);
  assert.equal(reason, 'tap_full');
});
