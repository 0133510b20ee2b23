// senecactl inject and stats.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { connectedSocketIo } from './support/clients.js';
import { assertRefused, fixturePlugins, jsonLines, run } from './support/ctl.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { slowness } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

const ctl = (args, options) => run([...args, '--url', relay.url], options);

describe('inject', () => {
  const logged = async (type) => (await relay.get(`/api/v1/events?match=${type}&limit=1000`)).json().events;

  test('TYPE and JSON', async () => {
    const end = await ctl([
      'inject',
      'i1',
      '{"n":1}',
      '--subject',
      'task:T1',
      '--priority',
      'high',
      '--room',
      'r1',
      '--source',
      '/me',
      '--header',
      'myext=7',
    ]);
    assert.deepEqual([end.code, end.stdout, end.stderr], [0, '', '']);
    const [event] = await logged('i1');
    assert.deepEqual(
      [event.subject, event.priority, event.room, event.source, event.myext, event.data],
      ['task:T1', 'high', 'r1', '/me', '7', { n: 1 }],
    );
  });

  test('whole events, @FILE and standard input', async (t) => {
    assert.equal((await ctl(['inject', JSON.stringify(seedEvent('i2', { n: 0 }))])).code, 0);
    const file = path.join(tempDirectory(), 'events.json');
    writeFileSync(file, JSON.stringify(numbered(3, { type: 'i2', from: 1 })));
    assert.equal((await ctl(['inject', `@${file}`])).code, 0);
    const lines = numbered(100, { type: 'i2', from: 4 })
      .map((event) => JSON.stringify(event))
      .join('\n');
    assert.equal((await ctl(['inject', '-'], { input: `${lines}\n` })).code, 0);
    assertNumbered(await logged('i2'), 0, 103);
  });

  test('--count, --template and --wait-ack', async () => {
    const end = await ctl([
      'inject',
      'i3',
      '{"n":{{i}},"at":"{{now}}","id":"{{uuid}}"}',
      '--template',
      '--count',
      '20',
      '--wait-ack',
      '-o',
      'jsonl',
    ]);
    assert.equal(end.code, 0, end.stderr);
    const acks = jsonLines(end.stdout);
    assert.equal(acks.length, 20);
    const events = await logged('i3');
    assertNumbered(events, 1, 20);
    assert.deepEqual(
      acks.map((ack) => ack.first_offset),
      events.map((event) => Number(event.sequence)),
    );
    assert.equal(new Set(events.map((event) => event.data.id)).size, 20);
  });

  test('--rate spreads them', async () => {
    const started = Date.now();
    const end = await ctl(['inject', 'i4', '--count', '50', '--rate', '100/s']);
    const ms = Date.now() - started;
    assert.equal(end.code, 0, end.stderr);
    assert.ok(ms >= 450, `${ms} ms for 50 events at 100/s`);
    assert.equal((await logged('i4')).length, 50);
  });

  test('thousands at once are all taken', async () => {
    const end = await ctl(['inject', 'i5', '{"n":{{i}}}', '--template', '--count', '5000'], {
      ms: 60_000 * slowness,
    });
    assert.equal(end.code, 0, end.stderr);
    const { newest } = (await relay.stats()).log;
    const page = (await relay.get(`/api/v1/events?match=i5&since=${newest - 999}&limit=1000`)).json();
    assert.equal(page.events.at(-1).data.n, 5000);
  });

  test('bad data is 65, no relay is 69, bad usage is 64', async () => {
    assertRefused(await ctl(['inject', 'i6', '{"n":']), 65, /line 1, column/);
    assertRefused(await ctl(['inject', '@/no/such/file']), 65, /\/no\/such\/file/);
    assertRefused(await ctl(['inject', 'bad type', '{}']), 65, /type/);
    assertRefused(await ctl(['inject', '-'], { input: '{"type":"i6","data":1}\nnonsense\n' }), 65, /line 2/);
    assertRefused(await run(['inject', 'i6', '--url', 'ws://127.0.0.1:1']), 69, /127\.0\.0\.1:1/);
    assertRefused(await ctl(['inject']), 64, /TYPE/);
    assertRefused(await ctl(['inject', 'i6', '--rate', 'fast']), 64, /fast/);
  });
});

describe('stats', () => {
  test('shows the relay, its clients, rooms and plugins', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    const text = await ctl(['stats']);
    assert.equal(text.code, 0);
    assert.match(text.stdout, /^relay +version /);
    for (const part of ['connections', 'delivery', 'shards'])
      assert.match(text.stdout, new RegExp(`^${part}`, 'm'));
    assert.equal(JSON.parse((await ctl(['stats', '--json'])).stdout).relay.pid, relay.pid);
    assert.equal(JSON.parse((await ctl(['stats', '-o', 'json'])).stdout).relay.pid, relay.pid);
    assert.match((await ctl(['stats', '--clients'])).stdout, /socketio/);
    assert.match((await ctl(['stats', '--rooms'])).stdout, /observers/);
    const rooms = JSON.parse((await ctl(['stats', '--rooms', '--json'])).stdout).rooms;
    assert.ok(
      rooms.some((room) => room.room === 'general' || room.name === 'general'),
      JSON.stringify(rooms[0]),
    );
    assert.match((await ctl(['stats', '--plugins'])).stdout, /marcus-ui/);
    assert.ok(socket.connected);
  });

  test('why names the verdict, and an unknown client is a failed check', async (t) => {
    const socket = await connectedSocketIo(t, relay);
    const offset = (await relay.publish({ type: 'why.cli', data: 1 })).first_offset;
    const known = await ctl(['why', socket.id, String(offset)]);
    assert.deepEqual([known.code, known.stdout.split(':')[0]], [0, 'sent']);
    const unknown = await ctl(['why', 'no body', String(offset)]);
    assert.equal(unknown.code, 1, unknown.stderr);
    assert.match(unknown.stdout, /^unknown_client: /);
    assertRefused(await run(['why', 'a', 'b']), 64, /OFFSET/);
  });

  test('no relay is 69', async () => {
    assertRefused(await run(['stats', '--url', 'ws://127.0.0.1:1']), 69, /127\.0\.0\.1:1/);
  });
});

describe('inject --dry-run', () => {
  const plugins = JSON.stringify([
    { path: 'topic-filter', config: { deny: ['deny.**'] } },
    { path: 'redact', config: { keys: ['token'] } },
    { path: 'dedupe' },
    { path: path.join(fixturePlugins, 'everything.so'), match: ['do.reject'] },
  ]);
  let own;
  before(async () => {
    own = await startRelay(undefined, { set: { plugins } });
  });
  after(() => own.stop());
  const dry = (...args) => run(['inject', '--dry-run', '--url', own.url, ...args]);

  test('shows what plugins and routes would make of an event, and sends nothing', async () => {
    const end = await dry('task.blocked', '{"token":"abc"}');
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, /\nredact +pass +task\.blocked\n +data\.token: "abc" → "\[redacted\]"\n/);
    assert.match(end.stdout, /\ndedupe +unasked +task\.blocked: it keeps state\n/);
    assert.match(end.stdout, / {2}→ blocker_event to observers: \{.*\[redacted\]/);
    assert.match((await dry('deny.x')).stdout, /\ntopic-filter +drop +deny\.x: .*\nnothing leaves the pipeline\n/);
    assert.deepEqual((await own.get('/api/v1/events?match=task.**,deny.**')).json().events, []);
  });

  test('leaves what plugins know alone, unless told not to', async () => {
    const event = JSON.stringify({ specversion: '1.0', id: 'once', source: '/me', type: 'task.once' });
    assert.equal((await dry(event)).code, 0);
    const verdicts = async (...args) =>
      jsonLines((await dry(event, '--json', ...args)).stdout)[0]
        .steps.filter((step) => step.plugin === 'dedupe')
        .map((step) => step.verdict);
    assert.deepEqual(await verdicts(), ['unasked']);
    assert.deepEqual(await verdicts('--stateful'), ['pass']);
    assert.deepEqual(await verdicts('--stateful'), ['drop']);
  });

  test('takes arrays, lines and counts, and refuses what the relay would', async () => {
    const steps = (end) => jsonLines(end.stdout).length;
    assert.equal(steps(await dry('[{"type":"a","data":1},{"type":"b","data":2}]', '-o', 'jsonl')), 2);
    assert.equal(steps(await dry('x', '{"n":{{i}}}', '--template', '--count', '3', '--json')), 3);
    const lines = await run(['inject', '-', '--dry-run', '--json', '--url', own.url], {
      input: '{"type":"a","data":1}\n\n{"type":"b","data":1}\n',
    });
    assert.equal(steps(lines), 2);
    const rejected = await dry('do.reject', '--stateful');
    assert.deepEqual([rejected.code, rejected.stderr], [65, '']);
    assert.match(rejected.stdout, /\neverything +reject +do\.reject: not wanted\n/);
    assertRefused(await dry('bad type'), 65, /type/);
    assertRefused(await dry('seneca.emit'), 65, /reserved_type/);
    assertRefused(await dry('x', '--rate', '5'), 64, /--rate/);
    const two = await own.request('POST', '/api/v1/plugins/walk', {
      headers: { 'content-type': 'application/json', 'content-length': 2 },
      body: '[]',
    });
    assert.deepEqual([two.status, two.json().code], [400, 'not_one_event']);
  });
});
