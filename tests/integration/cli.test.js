// senecactl as people and scripts use it: output, exit codes, signals.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { OpsClient, PlainClient, StreamClient, connectedSocketIo, next } from './support/clients.js';
import { run, start } from './support/ctl.js';
import { assertNumbered, numbered, seedEvent } from './support/events.js';
import { exchange, request } from './support/raw.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually, slowness } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

const ctl = (args, options) => run([...args, '--url', relay.url], options);
const jsonLines = (text) => text.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));

/** One line on stderr, nothing on stdout. */
function assertRefused(end, code, pattern) {
  assert.equal(end.code, code, end.stderr);
  assert.equal(end.stdout, '');
  assert.equal(end.stderr.trim().split('\n').length, 1, end.stderr);
  assert.match(end.stderr, pattern);
}

/** A tail that the relay has accepted. */
async function tailing(t, args, at = relay) {
  const before = (await at.clients()).length;
  const tail = start(t, ['tail', '--url', at.url, '-o', 'jsonl', ...args]);
  await eventually(async () => {
    const clients = await at.clients();
    return clients.length > before && clients.every((client) => client.protocol !== 'ws.v1' || client.subscriptions.length);
  }, 'the tail is subscribed');
  return tail;
}

describe('tail', () => {
  test('prints events as they happen, one JSON a line', async (t) => {
    const tail = await tailing(t, ['t1.*', '--count', '3']);
    await relay.publish([seedEvent('t1.a', { n: 0 }), seedEvent('other'), seedEvent('t1.b', { n: 1 }), seedEvent('t1.c', { n: 2 })]);
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
      { ...seedEvent('t3.a', { n: 0 }), priority: 'high' }, { ...seedEvent('t3.a', { n: 1 }), priority: 'low' },
      { ...seedEvent('t3.b', { n: 2 }), priority: 'critical' }, seedEvent('t3.a', { n: 3 }, { room: 't3-room' }),
    ]);
    const numbers = async (...args) =>
      jsonLines((await ctl(['tail', 't3.*', '-n', '10', '-o', 'jsonl', ...args])).stdout).map((event) => event.data.n).sort();
    assert.deepEqual(await numbers('--filter', 'data.n >= 2', '-C', '2'), [2, 3]);
    assert.deepEqual(await numbers('--not', 't3.b', '-C', '3'), [0, 1, 3]);
    assert.deepEqual(await numbers('--room', 't3-room', '-C', '1'), [3]);
    assert.deepEqual(await numbers('--min-priority', 'high', '-C', '2'), [0, 2]);
  });

  test('formats: text, json, logfmt and chosen fields', async () => {
    await relay.publish(seedEvent('t4', { agent: { id: 'a 1' }, n: 7 }, { subject: 'task:T1' }));
    const tail = async (...args) => (await ctl(['tail', 't4', '-n', '1', '-C', '1', ...args])).stdout.trimEnd();
    assert.match(await tail(), /^\d\d:\d\d:\d\d\.\d{3} t4 +task:T1 +normal +\{"agent":\{"id":"a 1"\},"n":7\}$/);
    assert.equal(JSON.parse(await tail('-o', 'json')).data.n, 7);
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
    await eventually(async () => (await second.clients()).some((client) => client.subscriptions.length), 'it is back',
      20_000 * slowness);
    await second.publish(numbered(5, { from: 5 }));
    await tail.lines.count(10);
    tail.signal('SIGINT');
    assert.equal((await tail.exit()).code, 130);
    assert.deepEqual(jsonLines(tail.stdout).map((event) => event.data.n), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
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
    const publishing = setInterval(() => relay.publish(numbered(20, { type: 't6', pad: 1000 })).catch(() => {}), 50);
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

describe('inject', () => {
  const logged = async (type) => (await relay.get(`/api/v1/events?match=${type}&limit=1000`)).json().events;

  test('TYPE and JSON', async () => {
    const end = await ctl(['inject', 'i1', '{"n":1}', '--subject', 'task:T1', '--priority', 'high', '--room', 'r1',
      '--source', '/me', '--header', 'myext=7']);
    assert.deepEqual([end.code, end.stdout, end.stderr], [0, '', '']);
    const [event] = await logged('i1');
    assert.deepEqual([event.subject, event.priority, event.room, event.source, event.myext, event.data],
      ['task:T1', 'high', 'r1', '/me', '7', { n: 1 }]);
  });

  test('whole events, @FILE and standard input', async (t) => {
    assert.equal((await ctl(['inject', JSON.stringify(seedEvent('i2', { n: 0 }))])).code, 0);
    const file = path.join(tempDirectory(t), 'events.json');
    writeFileSync(file, JSON.stringify(numbered(3, { type: 'i2', from: 1 })));
    assert.equal((await ctl(['inject', `@${file}`])).code, 0);
    const lines = numbered(100, { type: 'i2', from: 4 }).map((event) => JSON.stringify(event)).join('\n');
    assert.equal((await ctl(['inject', '-'], { input: `${lines}\n` })).code, 0);
    assertNumbered(await logged('i2'), 0, 103);
  });

  test('--count, --template and --wait-ack', async () => {
    const end = await ctl(['inject', 'i3', '{"n":{{i}},"at":"{{now}}","id":"{{uuid}}"}', '--template', '--count', '20',
      '--wait-ack', '-o', 'jsonl']);
    assert.equal(end.code, 0, end.stderr);
    const acks = jsonLines(end.stdout);
    assert.equal(acks.length, 20);
    const events = await logged('i3');
    assertNumbered(events, 1, 20);
    assert.deepEqual(acks.map((ack) => ack.first_offset), events.map((event) => Number(event.sequence)));
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
    const end = await ctl(['inject', 'i5', '{"n":{{i}}}', '--template', '--count', '5000'], { ms: 60_000 * slowness });
    assert.equal(end.code, 0, end.stderr);
    const { newest } = (await relay.stats()).log;
    const page = (await relay.get(`/api/v1/events?match=i5&since=${newest - 1000}&limit=1000`)).json();
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
    for (const part of ['connections', 'delivery', 'shards']) assert.match(text.stdout, new RegExp(`^${part}`, 'm'));
    assert.equal(JSON.parse((await ctl(['stats', '--json'])).stdout).relay.pid, relay.pid);
    assert.equal(JSON.parse((await ctl(['stats', '-o', 'json'])).stdout).relay.pid, relay.pid);
    assert.match((await ctl(['stats', '--clients'])).stdout, /socketio/);
    assert.match((await ctl(['stats', '--rooms'])).stdout, /observers/);
    const rooms = JSON.parse((await ctl(['stats', '--rooms', '--json'])).stdout).rooms;
    assert.ok(rooms.some((room) => room.room === 'general' || room.name === 'general'), JSON.stringify(rooms[0]));
    assert.match((await ctl(['stats', '--plugins'])).stdout, /marcus-ui/);
    assert.ok(socket.connected);
  });

  test('no relay is 69', async () => {
    assertRefused(await run(['stats', '--url', 'ws://127.0.0.1:1']), 69, /127\.0\.0\.1:1/);
  });
});

describe('config', () => {
  test('the default configuration is valid, and the schema is JSON', async (t) => {
    const text = await run(['config', 'default']);
    const file = path.join(tempDirectory(t), 'seneca.json');
    writeFileSync(file, text.stdout);
    const check = await run(['config', 'check', file]);
    assert.equal(check.code, 0, check.stderr);
    const shown = JSON.parse((await run(['config', 'show', file, '--set', 'server.threads=3'])).stdout);
    assert.equal(shown.server.threads, 3);
    assert.match((await run(['config', 'show', file, '--origin'])).stdout, /server\.listen/);
    const schema = JSON.parse((await run(['config', 'schema'])).stdout);
    assert.equal(schema.type, 'object');
  });

  test('every mistake is named with its place', async (t) => {
    const file = path.join(tempDirectory(t), 'seneca.json');
    writeFileSync(file, '{\n  "server": {"thread": 2,\n  "max_http_buffer_size": -5}\n}\n');
    const end = await run(['config', 'check', file]);
    assert.equal(end.code, 78);
    assert.match(end.stderr, /:2.*thread.*threads/);
    assert.match(end.stderr, /:3.*max_http_buffer_size/);
  });
});

describe('serve refuses to start:', () => {
  const serve = (...args) => run(['serve', '--listen', '127.0.0.1:0', ...args]);

  test('a port in use: 1, naming it', async () => {
    const end = await run(['serve', '--listen', `127.0.0.1:${relay.port}`]);
    assertRefused(end, 1, new RegExp(`127\\.0\\.0\\.1:${relay.port}`));
  });
  test('port 70000: 64', async () => assertRefused(await run(['serve', '--listen', '127.0.0.1:70000']), 64, /70000/));
  test('an unknown flag: 64, with a near one', async () => assertRefused(await serve('--thread', '2'), 64, /--threads/));
  test('an unknown command: 64, with a near one', async () => assertRefused(await run(['serv']), 64, /serve/));
  test('no command: 64', async () => assert.equal((await run([])).code, 64));
  test('listening to the world without --insecure', async () => {
    const end = await run(['serve', '--listen', '0.0.0.0:0']);
    assertRefused(end, 78, /--insecure/);
  });

  test('a configuration that is not there, a directory or a FIFO: 78', async (t) => {
    const directory = tempDirectory(t);
    assertRefused(await serve('-c', `${directory}/none.json`), 78, /none\.json/);
    mkdirSync(`${directory}/folder`);
    assertRefused(await serve('-c', `${directory}/folder`), 78, /folder/);
    execFileSync('mkfifo', [`${directory}/fifo`]);
    assertRefused(await serve('-c', `${directory}/fifo`), 78, /fifo/);
  });
  test('an unknown key: 78, naming line and near name', async (t) => {
    const file = path.join(tempDirectory(t), 'seneca.json');
    writeFileSync(file, '{\n"server": {\n"pingtimeout": 3}}\n');
    assertRefused(await serve('-c', file), 78, /:3.*pingtimeout.*ping_timeout/);
  });
  test('a value that cannot be: 78', async () => {
    assertRefused(await serve('--set', 'server.max_http_buffer_size=-1'), 78, /max_http_buffer_size/);
    assertRefused(await serve('--set', 'performance.message_queue_size=99999999999999999999'), 78, /message_queue_size/);
    assertRefused(await serve('--set', 'server.nothing=1'), 78, /nothing/);
  });
});

test('--check says whether it would start, and does not', async () => {
  const end = await run(['serve', '--check', '--listen', '127.0.0.1:0']);
  assert.deepEqual([end.code, end.stderr], [0, '']);
});

test('every command explains itself', async () => {
  const verbs = [[], ['serve'], ['tail'], ['inject'], ['stats'], ['config'], ['config', 'check'], ['config', 'show'],
    ['config', 'default'], ['config', 'schema']];
  for (const verb of verbs) {
    const end = await run([...verb, '--help']);
    assert.deepEqual([end.code, end.stderr], [0, ''], verb.join(' '));
    assert.match(end.stdout, /Usage:|usage/i);
  }
  const version = await run(['--version']);
  assert.equal(version.code, 0);
  assert.match(version.stdout, /^senecactl \d+\.\d+\.\d+\n$/);
});

test('flags can come from the environment', async () => {
  const end = await run(['stats', '--json'], { env: { SENECA_URL: relay.url } });
  assert.equal(JSON.parse(end.stdout).relay.pid, relay.pid);
});

describe('signals:', () => {
  async function reloading(t, config) {
    const file = path.join(tempDirectory(t), 'seneca.json');
    const write = (value) => writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    write(config);
    const served = await startRelay(t, { args: ['-c', file], logLevel: 'info', log: [/ INFO | info |reload/i, /server\.listen/] });
    const reload = async (value, said) => {
      write(value);
      const seen = served.ctl.notices.items.length;
      served.ctl.signal('SIGHUP');
      await served.ctl.notices.when((lines) => lines.slice(seen).some((line) => said.test(line)), String(said));
    };
    return { served, reload };
  }

  test('SIGHUP puts a new configuration in force, clients stay', async (t) => {
    const { served, reload } = await reloading(t, { plugins: [] });
    const client = await PlainClient.open(t, served.ws());
    await reload({ plugins: [{ path: 'topic-filter', config: { deny: ['noise'] } }] }, /configuration reloaded/);
    await served.publish([seedEvent('noise'), seedEvent('signal')]);
    assert.equal((await client.events.first()).type, 'signal');
    await reload({ plugins: [] }, /configuration reloaded/);
    await served.publish(seedEvent('noise'));
    assert.equal((await client.events.count(2))[1].type, 'noise');
  });

  test('SIGHUP with a bad configuration keeps the old one', async (t) => {
    const { served, reload } = await reloading(t, { plugins: [{ path: 'topic-filter', config: { deny: ['noise'] } }] });
    const client = await PlainClient.open(t, served.ws());
    served.acceptedLog.push(/./);
    await reload('{"server":', /refused/);
    await reload({ plugins: [{ path: 'no-such-plugin' }] }, /refused/);
    await reload({ plugins: [{ path: 'topic-filter', config: { deni: [] } }] }, /refused/);
    await served.publish([seedEvent('noise'), seedEvent('signal')]);
    assert.equal((await client.events.first()).type, 'signal');
  });

  test('SIGTERM: everything taken in is delivered, clients are told, exit 0', async (t) => {
    const served = await startRelay(t);
    const plain = await PlainClient.open(t, served.ws());
    const ops = await OpsClient.open(t, served);
    const stream = await StreamClient.open(t, served);
    const socket = await connectedSocketIo(t, served);
    const lost = next(socket, 'disconnect');
    const idle = exchange(served.port, request('GET', '/healthz'));
    await ops.tell({ op: 'subscribe', match: '**' });
    const sent = ops.tell({ op: 'publish', events: numbered(2000) });
    await sent;
    const started = Date.now();
    await served.stop();
    assert.ok(Date.now() - started < 6000 * slowness, 'within the drain timeout');
    assert.deepEqual((await plain.end()).code, 1012);
    assert.deepEqual((await ops.end()).code, 1012);
    assert.equal((await lost)[0], 'transport close');
    await stream.closed;
    assert.equal((await idle).ending, 'eof');
    assert.ok(ops.messages.items.some((message) => message.op === 'bye'));
    assertNumbered(plain.events.items, 0, 1999);
    assertNumbered(ops.events.items, 0, 1999);
    assertNumbered(stream.bodies, 0, 1999);
    assertNumbered(socket.inbox.items.slice(1).map((item) => item.data), 0, 1999);
  });

  test('SIGTERM with clients that do not read ends all the same', async (t) => {
    const served = await startRelay(t, { args: ['--drain-timeout', '1s'] });
    const client = await PlainClient.open(t, served.ws());
    client.socket._socket.pause();
    for (let i = 0; i < 20; ++i) await served.publish(numbered(50, { pad: 20_000 }));
    await served.stop();
  });

  test('SIGINT ends it too', async (t) => {
    const served = start(t, ['serve', '--listen', '127.0.0.1:0']);
    await served.lines.first((line) => line.startsWith('listening '));
    served.signal('SIGINT');
    assert.deepEqual(await served.exit(), { code: 0, signal: null });
  });
});
