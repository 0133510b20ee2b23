// Running senecactl.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Inbox, patience, within } from './wait.js';

const here = path.dirname(fileURLToPath(import.meta.url));

export const senecactl = process.env.SENECA_CTL || path.join(here, '../../../build/dev/bin/senecactl');

/** The directory of the fixture plugins (tests/fixtures/plugins), built next to the program. */
export const fixturePlugins =
  process.env.SENECA_FIXTURE_PLUGINS || path.join(path.dirname(senecactl), '../tests/fixtures/plugins');

/** What a program is run by so that it may not read and write what modes forbid: as root that needs saying. */
export const heedingModes =
  process.getuid() === 0
    ? ['setpriv', '--inh-caps=-all', '--bounding-set=-dac_override,-dac_read_search']
    : [];

/** The environment of the tests without the variables that senecactl reads as flags. */
export function cleanEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('SENECA_') || name === 'SENECA_PLUGIN_PATH',
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...extra };
}

function splitLines(stream, each) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    lines.forEach((line) => each(line));
  });
  stream.on('end', () => rest && each(rest));
}

/** A running senecactl: its lines as they come, and how it ended. */
export class Ctl {
  lines = new Inbox();
  notices = new Inbox();
  stdout = '';
  stderr = '';
  ended = null;

  constructor(args, { env = {}, program = senecactl, stdin = 'ignore', cwd } = {}) {
    // A relay keeps its journal where no other does, and nothing of it is left.
    const state = mkdtempSync(path.join(os.tmpdir(), 'seneca-test-'));
    this.child = spawn(program, args, {
      cwd,
      env: cleanEnvironment({ XDG_STATE_HOME: state, ...env }),
      stdio: [stdin, 'pipe', 'pipe'],
    });
    this.child.stdout.on('data', (text) => (this.stdout += text));
    this.child.stderr.on('data', (text) => (this.stderr += text));
    splitLines(this.child.stdout, (line) => this.lines.push(line));
    splitLines(this.child.stderr, (line) => this.notices.push(line));
    this.end = new Promise((resolve) => {
      const finish = (end) => {
        rmSync(state, { recursive: true, force: true });
        this.#finish(resolve, end);
      };
      this.child.on('error', (error) => finish({ code: null, signal: null, error }));
      this.child.on('close', (code, signal) => finish({ code, signal }));
    });
  }

  get pid() {
    return this.child.pid;
  }

  get stdin() {
    return this.child.stdin;
  }

  signal(name) {
    if (!this.ended) this.child.kill(name);
  }

  /** {code, signal} once it has ended and its output is complete. */
  exit(ms = patience) {
    return within(ms, () => `the end of senecactl; stderr: ${this.stderr}`, this.end);
  }

  #finish(resolve, end) {
    if (this.ended) return;
    this.ended = end;
    const error = new Error(`senecactl ended: ${JSON.stringify(end)}; stderr: ${this.stderr}`);
    this.lines.fail(error);
    this.notices.fail(error);
    resolve(end);
  }
}

/** Runs senecactl to its end: {code, signal, stdout, stderr}. */
export async function run(args, { input, ms = patience, ...options } = {}) {
  const ctl = new Ctl(args, { ...options, stdin: input === undefined ? 'ignore' : 'pipe' });
  if (input !== undefined) {
    ctl.stdin.on('error', () => {}); // it may end before it has read everything
    ctl.stdin.end(input);
  }
  try {
    const end = await ctl.exit(ms);
    if (end.error) throw end.error;
    return { ...end, stdout: ctl.stdout, stderr: ctl.stderr };
  } finally {
    ctl.signal('SIGKILL');
  }
}

/** Starts senecactl for the length of the test `t`. */
export function start(t, args, options) {
  const ctl = new Ctl(args, options);
  t.after(async () => {
    ctl.signal('SIGKILL');
    await ctl.end;
  });
  return ctl;
}

/** The values of JSON lines. */
export const jsonLines = (text) =>
  text
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

/** One line on stderr, nothing on stdout. */
export function assertRefused(end, code, pattern) {
  assert.equal(end.code, code, end.stderr);
  assert.equal(end.stdout, '');
  assert.equal(end.stderr.trim().split('\n').length, 1, end.stderr);
  assert.match(end.stderr, pattern);
}
