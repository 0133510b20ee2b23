// What the relay's process may do, and the unit that systemd starts it by.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { senecactl } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { slowness } from './support/wait.js';

/** The lines of /proc/PID/status of every thread, as objects. */
const threadsOf = (pid) =>
  readdirSync(`/proc/${pid}/task`).map((thread) =>
    Object.fromEntries(
      readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(/:\s+/)),
    ),
  );

const DAC_OVERRIDE = 1n << 1n;
const DAC_READ_SEARCH = 1n << 2n;
const NET_BIND_SERVICE = 1n << 10n;

test('a relay keeps few capabilities, and gains none by what it starts', async (t) => {
  const relay = await startRelay(t);
  const threads = threadsOf(relay.pid);
  assert.ok(threads.length > 3);
  for (const { Name, NoNewPrivs, CapEff, CapPrm, CapInh, CapAmb } of threads) {
    const allowed = DAC_OVERRIDE | DAC_READ_SEARCH | NET_BIND_SERVICE;
    assert.equal(NoNewPrivs, '1', Name);
    for (const set of [CapEff, CapPrm]) assert.equal(BigInt(`0x${set}`) & ~allowed, 0n, `${Name} has ${set}`);
    for (const set of [CapInh, CapAmb]) assert.equal(BigInt(`0x${set}`), 0n, `${Name} hands on ${set}`);
  }
  // Those of the log and the journal begin before the listeners are bound.
  const bound = threads.filter((thread) => BigInt(`0x${thread.CapEff}`) & NET_BIND_SERVICE);
  assert.ok(bound.length <= 4, bound.map((thread) => thread.Name).join());
});

test('no core file can have the keys of a relay that has some', { skip: slowness > 1 }, async (t) => {
  const directory = tempDirectory();
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(directory, name));
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-subj', '/CN=relay', ...made], { stdio: 'ignore' });
  chmodSync(key, 0o600);
  const relay = await startRelay(t, {
    set: { 'server.tls.cert': cert, 'server.tls.key': key },
    ca: readFileSync(cert),
  });
  assert.match(readFileSync(`/proc/${relay.pid}/limits`, 'utf8'), /Max core file size\s+0\s+0\s/);
});

const analyze = '/usr/bin/systemd-analyze';
test('systemd knows everything its unit says', { skip: !existsSync(analyze) }, () => {
  const unit = readFileSync(path.join(path.dirname(senecactl), '../cli/seneca.service'), 'utf8');
  const copy = path.join(tempDirectory(), 'seneca.service');
  writeFileSync(copy, unit.replace(/^ExecStart=\S+/m, `ExecStart=${senecactl}`));
  const { status, stderr } = spawnSync(analyze, ['verify', '--man=no', copy], { encoding: 'utf8' });
  assert.deepEqual(stderr.split('\n').filter((line) => line.includes('seneca.service')), []);
  assert.equal(status, 0, stderr);
});
