// senecactl journal, export and import: what needs no relay.

import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { jsonLines, run, start } from './support/ctl.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const kTypes = ['task.created', 'task.progress', 'agent.status', 'deploy'];

function event(n) {
  const time = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString().replace('000Z', '250001Z');
  return {
    specversion: '1.0', id: `id-${n}`, source: '/t', type: kTypes[n % 4], subject: `task:T${n % 7}`, time,
    datacontenttype: 'application/json', sequence: String(n), priority: 'normal', shift: n % 2 ? 'early' : 'late',
    data: { n, text: `ä "${'x'.repeat(n % 50)}"` },
  }; // prettier-ignore
}

const lines = (from, to) => {
  let text = '';
  for (let n = from; n <= to; ++n) text += JSON.stringify(event(n)) + '\n';
  return text;
};

function journalIn(t) {
  const directory = tempDirectory();
  const data = path.join(directory, 'journal');
  const ctl = (args, options) => run([...args, '--data-dir', data], options);
  return {
    directory, data, db: path.join(data, 'journal.db'), ctl,
    fill: async (from, to) => {
      const end = await ctl(['import', '-'], { input: lines(from, to) });
      assert.equal(end.code, 0, end.stderr);
    },
    stat: async () => JSON.parse((await ctl(['journal', 'stat', '-o', 'json'])).stdout),
  }; // prettier-ignore
}

const sequences = (end) => jsonLines(end.stdout).map((record) => Number(record.sequence));

describe('export and import', () => {
  test('what is imported comes out byte for byte', async (t) => {
    const journal = journalIn(t);
    const file = path.join(journal.directory, 'in.jsonl');
    writeFileSync(file, lines(1, 6000));
    const imported = await journal.ctl(['import', file, '-o', 'json']);
    assert.equal(imported.code, 0, imported.stderr);
    assert.deepEqual(JSON.parse(imported.stdout), { import: { events: 6000, oldest: 1, newest: 6000, bad_lines: 0 } });
    const stat = await journal.stat();
    assert.equal(stat.events.count, 6000);
    assert.equal(stat.events.oldest_time, '2026-01-01T00:00:01.250001Z');
    assert.ok(stat.disk.compression_ratio > 2, JSON.stringify(stat));
    const out = path.join(journal.directory, 'out.jsonl.zst');
    assert.equal((await journal.ctl(['export', out])).code, 0);
    assert.ok(statSync(out).size < statSync(file).size / 2);
    const copy = path.join(journal.directory, 'copy');
    const again = await run(['import', out, '--data-dir', copy]);
    assert.equal(again.code, 0, again.stderr);
    const back = path.join(journal.directory, 'back.jsonl');
    assert.equal((await run(['export', back, '--data-dir', copy])).code, 0);
    assert.equal(readFileSync(back, 'utf8'), readFileSync(file, 'utf8'));
    assert.equal((await journal.ctl(['journal', 'verify'])).code, 0);
  });

  test('new events get offsets behind the last', async (t) => {
    const journal = journalIn(t);
    await journal.fill(1, 10);
    await journal.fill(1, 5);
    const end = await journal.ctl(['export', '--since', 'offset:10']);
    assert.deepEqual(sequences(end), [10, 11, 12, 13, 14, 15]);
    assert.equal(jsonLines(end.stdout)[1].id, 'id-1');
    assert.equal((await journal.stat()).epochs.length, 1);
  });

  test('what is wanted can be said by offset, time, type, content and subject', async (t) => {
    const journal = journalIn(t);
    await journal.fill(1, 3000);
    const chosen = async (...args) => sequences(await journal.ctl(['export', ...args]));
    assert.deepEqual(await chosen('--since', 'offset:2998', '--until', 'offset:2999'), [2998, 2999]);
    assert.deepEqual(await chosen('--since', event(100).time, '--until', event(102).time), [100, 101]);
    assert.deepEqual(await chosen('--match', 'deploy', '--match', 'agent.*', '--until', 'offset:7'), [2, 3, 6, 7]);
    assert.deepEqual(await chosen('--filter', 'data.n > 2995', '--match', 'task.**'), [2996, 2997, 3000]);
    assert.deepEqual(await chosen('--subject', 'task:T3', '--until', 'offset:20'), [3, 10, 17]);
    assert.deepEqual(await chosen('--subject', 'task:T'), []);
    assert.deepEqual(await chosen('--since', '5m'), []);
    assert.equal((await journal.ctl(['export', '--since', '12'])).code, 64);
    assert.equal((await journal.ctl(['export', '--filter', '=='])).code, 64);
  });

  test('a malformed line is named, and nothing of the file is kept', async (t) => {
    const journal = journalIn(t);
    await journal.fill(1, 3);
    const input = lines(1, 9000) + '\n{"no":\n' + lines(1, 2) + '[]\n';
    const refused = await journal.ctl(['import', '-'], { input });
    assert.equal(refused.code, 65);
    assert.match(refused.stderr, /-:9002: .*bad_json/);
    assert.match(refused.stderr, /-:9005: /);
    assert.match(refused.stderr, /nothing of it was kept/);
    assert.equal((await journal.stat()).events.count, 3);
    assert.equal((await journal.ctl(['journal', 'verify'])).code, 0);
    const taken = await journal.ctl(['import', '-', '--skip-bad', '-o', 'json'], { input });
    assert.equal(taken.code, 0, taken.stderr);
    assert.deepEqual(JSON.parse(taken.stdout).import, { events: 9002, oldest: 4, newest: 9005, bad_lines: 2 });
  });

  test('a broken file says so, as does a journal that is not there', async (t) => {
    const journal = journalIn(t);
    assert.match((await journal.ctl(['export'])).stderr, /holds no journal.*no_journal/);
    assert.equal((await journal.ctl(['journal', 'verify'])).code, 78);
    assert.equal((await journal.ctl(['import', '/nowhere'])).code, 78);
    await journal.fill(1, 5000);
    const out = path.join(journal.directory, 'out.zst');
    await journal.ctl(['export', out]);
    writeFileSync(out, readFileSync(out).subarray(0, -1000));
    const cut = await journal.ctl(['import', out]);
    assert.notEqual(cut.code, 0);
    assert.match(cut.stderr, /not whole/);
    assert.equal((await journal.stat()).events.count, 5000);
  });

  test('an import that is interrupted keeps nothing', async (t) => {
    const journal = journalIn(t);
    await journal.fill(1, 3);
    const child = start(t, ['import', '-', '--data-dir', journal.data], { stdin: 'pipe' });
    child.stdin.on('error', () => {}); // it ends before it has read everything
    child.stdin.write(lines(1, 9000));
    await eventually(async () => (await journal.stat()).events.count > 3, 'a part of them');
    child.signal('SIGINT');
    assert.equal((await child.exit()).code, 130);
    assert.equal((await journal.stat()).events.count, 3);
  });
});

describe('journal', () => {
  const damaged = async (t, change) => {
    const journal = journalIn(t);
    await journal.fill(1, 5000);
    await journal.ctl(['journal', 'compact']); // nothing is left in the write-ahead log
    const bytes = readFileSync(journal.db);
    change(bytes);
    writeFileSync(journal.db, bytes);
    return journal;
  };
  const inBlock = (bytes) => {
    const at = bytes.indexOf('SNB\x01', bytes.length >> 1, 'latin1') + 200;
    assert.ok(at > 200);
    return at;
  };

  test('verify finds a damaged block, export leaves out what was in it', async (t) => {
    const journal = await damaged(t, (bytes) => bytes.fill(0x5a, inBlock(bytes), inBlock(bytes) + 8));
    const end = await journal.ctl(['journal', 'verify', '-o', 'json']);
    assert.equal(end.code, 1, end.stderr);
    const found = JSON.parse(end.stdout);
    assert.equal(found.verify.intact, false);
    assert.equal(found.verify.file, 'ok');
    assert.equal(found.damaged.length, 1);
    const [{ oldest, newest, why }] = found.damaged;
    assert.match(why, /checksum/);
    assert.match((await journal.ctl(['journal', 'verify'])).stdout, new RegExp(`${oldest}\\s+${newest}`));
    const left = await journal.ctl(['export']);
    assert.equal(left.code, 1);
    assert.equal(sequences(left).length, 5000 - (newest - oldest + 1));
    assert.ok((await journal.ctl(['journal', 'verify', '-o', 'logfmt'])).stdout.startsWith('verify.intact=false'));
  });

  test('verify tells of a flipped bit, which costs nothing and which compact mends', async (t) => {
    const journal = await damaged(t, (bytes) => (bytes[inBlock(bytes)] ^= 4));
    const end = await journal.ctl(['journal', 'verify', '-o', 'json']);
    assert.equal(end.code, 1, end.stderr);
    const found = JSON.parse(end.stdout);
    assert.equal(found.verify.events, 5000);
    assert.equal(found.damaged.length, 1);
    assert.match(found.damaged[0].why, /a bit is flipped/);
    const all = await journal.ctl(['export']);
    assert.equal(all.code, 0, all.stderr);
    assert.equal(sequences(all).length, 5000);
    await journal.ctl(['journal', 'compact']);
    assert.equal((await journal.ctl(['journal', 'verify'])).code, 0);
  });

  test('verify puts a damaged first page right, and says so once', async (t) => {
    const journal = await damaged(t, (bytes) => bytes.fill(0, 0, 4096));
    assert.notEqual((await journal.ctl(['export'])).code, 0);
    const end = await journal.ctl(['journal', 'verify', '-o', 'json']);
    assert.equal(end.code, 1, end.stderr);
    assert.match(JSON.parse(end.stdout).verify.first_page, /^was damaged/);
    assert.equal((await journal.ctl(['journal', 'verify'])).code, 0);
    assert.equal(sequences(await journal.ctl(['export'])).length, 5000);
  });

  test('compact makes many small blocks few, and loses nothing', async (t) => {
    const journal = journalIn(t);
    for (let n = 1; n <= 60; n += 2) await journal.fill(n, n + 1);
    await journal.fill(61, 3000);
    const before = (await journal.ctl(['export'])).stdout;
    assert.equal((await journal.stat()).disk.blocks > 30, true);
    const end = await journal.ctl(['journal', 'compact', '-o', 'json']);
    assert.equal(end.code, 0, end.stderr);
    const report = JSON.parse(end.stdout);
    assert.ok(report.after.blocks < 10, end.stdout);
    assert.ok(report.after.file_bytes < report.before.file_bytes, end.stdout);
    assert.equal((await journal.ctl(['export'])).stdout, before);
    assert.equal((await journal.ctl(['journal', 'verify'])).code, 0);
    assert.equal((await journal.stat()).epochs.length, 1);
    assert.match((await journal.ctl(['journal', 'stat'])).stdout, /^events .*count 3,000/m);
  });

  test('who would write waits for nobody: a journal in use is refused and named', async (t) => {
    const journal = journalIn(t);
    await journal.fill(1, 10);
    const child = start(t, ['import', '-', '--data-dir', journal.data], { stdin: 'pipe' });
    child.stdin.write(lines(11, 11));
    const lock = path.join(journal.data, 'lock');
    await eventually(() => readFileSync(lock, 'utf8') === String(child.pid), 'its lock');
    for (const args of [['journal', 'compact'], ['import', '-']]) {
      const end = await journal.ctl(args, { input: '' });
      assert.equal(end.code, 73);
      assert.match(end.stderr, new RegExp(`process ${child.pid}.*journal_in_use`));
    }
    assert.equal((await journal.stat()).events.count, 10);
    assert.equal((await journal.ctl(['journal', 'verify'])).code, 0);
    child.stdin.end();
    assert.equal((await child.exit()).code, 0, child.stderr);
    assert.equal((await journal.stat()).events.count, 11);
  });
});
