// senecactl config, and serve when it does not start; help, exit codes, environment.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { assertRefused, run, start } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

describe('config', () => {
  test('the default configuration is valid, and the schema is JSON', async (t) => {
    const text = await run(['config', 'default']);
    const file = path.join(tempDirectory(), 'seneca.json');
    writeFileSync(file, text.stdout);
    const check = await run(['config', 'check', file]);
    assert.equal(check.code, 0, check.stderr);
    const shown = JSON.parse((await run(['config', 'show', file, '--set', 'server.threads=3'])).stdout);
    assert.equal(shown.server.threads, 3);
    assert.match(
      (await run(['config', 'show', file, '--set', 'server.threads=3', '--origin'])).stdout,
      /^\/server\/threads = 3 .*--set/m,
    );
    const schema = JSON.parse((await run(['config', 'schema'])).stdout);
    assert.equal(schema.type, 'object');
  });

  test('the schema says what plugins say of their configuration, of all or of those of a file', async (t) => {
    const named = (end) => {
      const { items } = JSON.parse(end.stdout).properties.plugins;
      return (items.allOf ?? []).map((rule) => [rule.if.properties.path.const, rule.then.properties.config]);
    };
    const all = new Map(named(await run(['config', 'schema', '--with-plugins'])));
    assert.equal(all.get('topic-filter').properties.allow.type, 'array');
    assert.ok(all.has('marcus'));
    const file = path.join(tempDirectory(), 'seneca.json');
    writeFileSync(file, '{"plugins": [{"path": "topic-filter"}, {"path": "topic-filter", "name": "again"}]}');
    assert.deepEqual(named(await run(['config', 'schema', file])), [['topic-filter', all.get('topic-filter')]]);
    assert.deepEqual(named(await run(['config', 'schema'])), []);
    writeFileSync(file, '{"plugins": [{"path": "nowhere"}]}');
    assertRefused(await run(['config', 'schema', file]), 78, /plugin_not_found/);
  });

  test('every mistake is named with its place', async (t) => {
    const file = path.join(tempDirectory(), 'seneca.json');
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
  test('port 70000: 64', async () =>
    assertRefused(await run(['serve', '--listen', '127.0.0.1:70000']), 64, /70000/));
  test('an unknown flag: 64, with a near one', async () =>
    assertRefused(await serve('--thread', '2'), 64, /--threads/));
  test('an unknown command: 64, with a near one', async () =>
    assertRefused(await run(['serv']), 64, /serve/));
  test('no command: 64', async () => assert.equal((await run([])).code, 64));
  test('listening to the world without --insecure', async () => {
    const end = await run(['serve', '--listen', '0.0.0.0:0']);
    assertRefused(end, 78, /--insecure/);
  });

  test('a configuration that is not there, a directory or a FIFO: 78', async (t) => {
    const directory = tempDirectory();
    assertRefused(await serve('-c', `${directory}/none.json`), 78, /none\.json/);
    mkdirSync(`${directory}/folder`);
    assertRefused(await serve('-c', `${directory}/folder`), 78, /folder/);
    execFileSync('mkfifo', [`${directory}/fifo`]);
    assertRefused(await serve('-c', `${directory}/fifo`), 78, /fifo/);
  });
  test('an unknown key: 78, naming line and near name', async (t) => {
    const file = path.join(tempDirectory(), 'seneca.json');
    writeFileSync(file, '{\n"server": {\n"pingtimeout": 3}}\n');
    assertRefused(await serve('-c', file), 78, /:3.*pingtimeout.*ping_timeout/);
  });
  test('a value that cannot be: 78', async () => {
    assertRefused(await serve('--set', 'server.max_http_buffer_size=-1'), 78, /max_http_buffer_size/);
    assertRefused(
      await serve('--set', 'performance.message_queue_size=99999999999999999999'),
      78,
      /message_queue_size/,
    );
    assertRefused(await serve('--set', 'server.nothing=1'), 78, /nothing/);
  });
});

test('--check says whether it would start, and does not', async () => {
  const end = await run(['serve', '--check', '--listen', '127.0.0.1:0']);
  assert.deepEqual([end.code, end.stderr], [0, '']);
});

test('every command explains itself', async () => {
  const verbs = [
    [],
    ['serve'],
    ['tail'],
    ['inject'],
    ['stats'],
    ['config'],
    ['config', 'check'],
    ['config', 'show'],
    ['config', 'default'],
    ['config', 'schema'],
  ];
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
