// senecactl plugin: the verbs that need no relay.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { fixturePlugins, run } from './support/ctl.js';
import { tempDirectory } from './support/temp.js';

const fixture = (name) => path.join(fixturePlugins, `${name}.so`);
const event = (id, type, more = {}) =>
  JSON.stringify({ specversion: '1.0', id, source: '/t', type, time: '2026-01-01T00:00:01Z', ...more });

function fileOf(t, lines, name = 'in.jsonl') {
  const file = path.join(tempDirectory(), name);
  writeFileSync(file, lines.map((line) => line + '\n').join(''));
  return file;
}

async function plugin(args, options) {
  return run(['plugin', ...args], options);
}

describe('plugin info', () => {
  test('says what it is, for people and for programs', async () => {
    const text = await plugin(['info', 'topic-filter']);
    assert.equal(text.code, 0, text.stderr);
    assert.match(text.stdout, /^seneca\.topic-filter \d/);
    assert.match(text.stdout, /roles {2}seneca\.filter\/1/);
    assert.match(text.stdout, /allow {2}array: types to let through/);
    const json = JSON.parse((await plugin(['info', fixture('everything'), '-o', 'json'])).stdout);
    assert.deepEqual(json.roles.slice(0, 4), ['seneca.filter/1', 'seneca.view/1', 'seneca.timer/1', 'seneca.state/1']);
    assert.equal(json.match, 'do.** also.*');
  });

  test('of what is no plugin says why: 78', async () => {
    const end = await plugin(['info', 'topic-filtre']);
    assert.equal(end.code, 78);
    assert.match(end.stderr, /topic-filter.*plugin_not_found/);
  });
});

describe('plugin test', () => {
  test('shows every fate, in order', async (t) => {
    const input = fileOf(t, [
      '# all kinds',
      event('1', 'do.emit'),
      event('2', 'do.drop'),
      event('3', 'do.reject'),
      event('4', 'do.throw'),
      event('5', 'do.publish'),
      event('6', 'untouched'),
      '{"tick": "2026-01-01T00:00:05.000002Z"}',
    ]);
    const end = await plugin(['test', fixture('everything'), '--input', input, '--view', 'shape']);
    assert.equal(end.code, 0, end.stderr);
    const fates = end.stdout.trim().split('\n').map((line) => JSON.parse(line));
    const view = (id) => ({ view: 'shape', id, payload: { of: id } });
    assert.deepEqual(
      fates.map((fate) => {
        for (const kind of ['pass', 'emit', 'publish']) if (fate[kind]) return [kind, fate[kind].type];
        return fate;
      }),
      [
        ['pass', 'do.emit'], ['emit', 'made.first'], ['emit', 'made.second'], view('1'), view('1.1'), view('own-id'),
        { drop: '2', reason: 'told to' },
        { reject: '3', reason: 'not wanted' },
        { fail: '4', reason: 'half way' },
        ['pass', 'do.publish'], ['publish', 'published'], view('5'),
        ['pass', 'untouched'], view('6'),
        ['emit', 'tock'], ['emit', 'tock'],
      ],
    ); // prettier-ignore
  });

  test('compares with what is expected, as JSON, and writes it when asked to', async (t) => {
    const input = fileOf(t, [event('1', 'agent.idle'), event('2', 'agent.heartbeat')]);
    const expect = path.join(path.dirname(input), 'out.jsonl');
    const args = ['test', 'topic-filter', '--config', '{"deny":["agent.heartbeat"]}', '--input', input];
    const missing = await plugin([...args, '--expect', expect]);
    assert.equal(missing.code, 65);
    assert.match(missing.stderr, /--update writes it/);
    assert.equal((await plugin([...args, '--expect', expect, '--update'])).code, 0);
    const same = await plugin([...args, '--expect', expect]);
    assert.deepEqual([same.code, same.stdout], [0, 'ok, 2 lines as expected\n']);

    const [first, second] = readFileSync(expect, 'utf8').trim().split('\n');
    const { pass } = JSON.parse(first);
    const turned = JSON.stringify({ pass: Object.fromEntries(Object.entries(pass).reverse()) });
    writeFileSync(expect, `${turned}\n${second}\n`);
    assert.equal((await plugin([...args, '--expect', expect])).code, 0, 'the order of members is no difference');

    writeFileSync(expect, `${first}\n{"drop":"2","reason":"other"}\n${second}\n`);
    const other = await plugin([...args, '--expect', expect]);
    assert.equal(other.code, 1);
    assert.match(other.stdout, /out\.jsonl:2\n- .*other.*\n\+ .*denied by agent\.heartbeat/);
    assert.match(other.stdout, /2 lines differ/);
  });

  test('names the line it cannot read, and the key that does not fit', async (t) => {
    const input = fileOf(t, [event('1', 'a'), '{"type": ']);
    const line = await plugin(['test', 'topic-filter', '--input', input]);
    assert.equal(line.code, 65);
    assert.match(line.stderr, /in\.jsonl:2: .*bad_json/);
    const key = await plugin(['test', 'topic-filter', '--config', '{"alow":[]}', '--input', input]);
    assert.equal(key.code, 78);
    assert.match(key.stderr, /did you mean "allow"/);
    const file = await plugin(['test', 'topic-filter', '--config', '@no-such-file', '--input', input]);
    assert.equal(file.code, 78);
    assert.match(file.stderr, /no-such-file.*bad_config_file/);
    const tick = await plugin(['test', 'topic-filter', '--input', fileOf(t, ['{"tick":"noon"}'])]);
    assert.equal(tick.code, 65);
    assert.match(tick.stderr, /noon.*bad_tick/);
  });
});

test('plugin run prints what goes on and counts what does not', async () => {
  const stdin = [event('1', 'agent.idle'), event('2', 'agent.heartbeat'), 'no json', ''].join('\n');
  const end = await plugin(['run', 'topic-filter', '--config', '{"deny":["agent.heartbeat"]}', '-v', '-o', 'jsonl'], {
    input: stdin,
  });
  assert.equal(end.code, 65);
  assert.equal(JSON.parse(end.stdout).id, '1');
  assert.match(end.stderr, /drop agent\.heartbeat 2: denied by agent\.heartbeat/);
  assert.match(end.stderr, /line 3: .*bad_json/);
  assert.match(end.stderr, /1 passed, 1 dropped, 1 unreadable/);
});

describe('plugin verify', () => {
  const sanitized = process.env.SENECA_TEST_SLOWNESS && Number(process.env.SENECA_TEST_SLOWNESS) > 1;

  test('finds nothing wrong with the plugins that come along', async () => {
    for (const name of ['topic-filter', 'marcus', 'marcus-ui', 'seneca-compat', 'echo']) {
      const end = await plugin(['verify', name]);
      assert.equal(end.code, 0, end.stdout + end.stderr);
      assert.doesNotMatch(end.stdout, /^(failure|warning)/m, name);
    }
  });

  const wrong = {
    bad_crash: /^failure {2}it crashed \(SIGABRT\) when asked to filter an event \(data: null\): .*"data":null/m,
    bad_exit: /^failure {2}it ended the process when asked to filter an event/m,
    bad_hang: /^failure {2}it hung when asked to filter an event \(data: no data\)/m,
    bad_throws: /^failure {2}odd events: \d+ of its calls failed as a whole \(.*the disk is on fire/m,
    bad_scribble: /^failure {2}odd events: it wrote into the event with nothing odd; .*batch->set/m,
    bad_create_fails: /^failure {2}create: .*wrong phase/m,
  };
  for (const [name, words] of Object.entries(wrong))
    test(`says what is wrong with ${name}`, async () => {
      const end = await plugin(['verify', fixture(name), '--time-limit', '5s']);
      assert.equal(end.code, 1, end.stdout + end.stderr);
      assert.match(end.stdout, words);
    });

  test('sees what stays behind', { skip: sanitized && 'sanitizers have an allocator of their own' }, async () => {
    const end = await plugin(['verify', fixture('bad_leak')]);
    assert.equal(end.code, 1);
    assert.match(end.stdout, /^warning {2}memory: grew by \d+ bytes/m);
    assert.match(end.stdout, /^failure {2}destroy: leaves \d+ bytes behind/m);
  });

  test('warns of symbols that others may trip over', async () => {
    const end = await plugin(['verify', fixture('bad_scribble')]);
    assert.match(end.stdout, /^warning {2}exports: 1 symbol besides .*scribble_everywhere/m);
  });

  test('is JSON for programs, and 78 for what cannot be loaded', async () => {
    const end = await plugin(['verify', 'topic-filter', '-o', 'json']);
    const { checks } = JSON.parse(end.stdout);
    assert.ok(checks.length > 4 && checks.every((check) => check.outcome === 'ok' || check.outcome === 'skipped'));
    const refused = await plugin(['verify', fixture('bad_wrong_abi')]);
    assert.equal(refused.code, 78);
    assert.match(refused.stderr, /plugin_wrong_abi/);
  });
});

describe('plugin bench', () => {
  test('says what an event costs', async () => {
    const end = await plugin(['bench', fixture('empty'), '--duration', '200ms', '-o', 'json']);
    assert.equal(end.code, 0, end.stderr);
    const cost = JSON.parse(end.stdout);
    assert.ok(cost.ns_per_event > 0 && cost.events > 1000 && cost.passed >= cost.events);
    if (cost.allocations_per_event !== null) assert.equal(cost.allocations_per_event, 0);
    assert.match((await plugin(['bench', fixture('empty'), '--duration', '100ms'])).stdout, /ns an event/);
  });

  test('says so when the plugin saw none of the events, and refuses one without a filter', async () => {
    const none = await plugin(['bench', fixture('everything'), '--duration', '50ms']);
    assert.match(none.stderr, /saw none of the events/);
    const echo = await plugin(['bench', 'echo']);
    assert.equal(echo.code, 78);
    assert.match(echo.stderr, /plugin_no_role/);
  });
});

test('plugin new writes a project, names it, and overwrites nothing', async (t) => {
  const directory = path.join(tempDirectory(), 'quiet-nights');
  const end = await plugin(['new', 'quiet-nights', '--directory', directory]);
  assert.equal(end.code, 0, end.stderr);
  const source = readFileSync(path.join(directory, 'quiet_nights.cpp'), 'utf8');
  assert.match(source, /struct QuietNights/);
  assert.match(source, /"org\.example\.quiet-nights"/);
  for (const file of ['CMakeLists.txt', 'README.md', 'quiet_nights.cpp'])
    assert.doesNotMatch(readFileSync(path.join(directory, file), 'utf8'), /my.filter|MyFilter/i);
  const again = await plugin(['new', 'quiet-nights', '--directory', directory]);
  assert.equal(again.code, 73);
  assert.match(again.stderr, /is there already/);
  const inC = path.join(tempDirectory(), 'x');
  assert.equal((await plugin(['new', 'in-c', '--c', '--directory', inC])).code, 0);
  assert.deepEqual(readdirSync(inC).sort(), ['CMakeLists.txt', 'README.md', 'golden', 'in_c.c']);
  assert.ok(existsSync(path.join(inC, 'golden/first.config.json')));
  for (const name of ['No', '-x', 'a--b', 'a/b']) assert.equal((await plugin(['new', name])).code, 64, name);
});
