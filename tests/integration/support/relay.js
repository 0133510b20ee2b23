// Running a relay for tests: on a port of the kernel's choice, ended by its own pid, its exit and log checked.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

import { Ctl, senecactl } from './ctl.js';
import { patience, slowness, within } from './wait.js';

export class Relay {
  /** `ca`: who signed its certificate, if it speaks TLS. */
  constructor(ctl, url, acceptedLog, ca) {
    this.ctl = ctl;
    this.url = url;
    this.ca = ca;
    this.port = Number(new URL(url).port);
    this.acceptedLog = acceptedLog;
  }

  get pid() {
    return this.ctl.pid;
  }

  /** "listening  http://…" as {listening: ["http://…"]}. */
  get facts() {
    const facts = {};
    for (const line of this.ctl.lines.items) {
      const [, name, value] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      if (name) (facts[name] ??= []).push(value);
    }
    return facts;
  }

  ws(pathAndQuery = '/ws') {
    return `${this.url.replace(/^http/, 'ws')}${pathAndQuery}`;
  }

  /** One HTTP exchange on a connection of its own: {status, headers, text, json()}. */
  request(method, path, { headers = {}, body } = {}) {
    const exchange = new Promise((resolve, reject) => {
      const { request: ask } = this.ca ? https : http;
      const request = ask(this.url + path, { method, headers, agent: false, ca: this.ca }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode,
            headers: response.headers,
            text,
            json: () => JSON.parse(text),
          });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
    return within(patience, `an answer to ${method} ${path}`, exchange);
  }

  get(path, options) {
    return this.request('GET', path, options);
  }

  /** Publishes events (a value or text) and returns the 202's body. */
  async publish(events, contentType = 'application/json') {
    const body = typeof events === 'string' ? events : JSON.stringify(events);
    const answer = await this.request('POST', '/api/v1/events', {
      headers: { 'content-type': contentType, 'content-length': Buffer.byteLength(body) },
      body,
    });
    assert.equal(answer.status, 202, answer.text);
    return answer.json();
  }

  async stats() {
    return (await this.get('/api/v1/stats')).json();
  }

  async clients() {
    return (await this.get('/api/v1/clients')).json().clients;
  }

  residentBytes() {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))[1]) * 1024;
  }

  /** Seconds of processor time used so far. */
  cpuSeconds() {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** SIGTERM, then the checks every run has to pass. */
  async stop() {
    if (this.stopped) return;
    this.stopped = true;
    this.ctl.signal('SIGTERM');
    try {
      const end = await this.ctl.exit(20_000 * slowness);
      assert.deepEqual(end, { code: 0, signal: null }, `the relay's end; stderr: ${this.ctl.stderr}`);
      this.checkLog();
    } finally {
      this.ctl.signal('SIGKILL');
    }
  }

  /** The end of a file that mistreats the relay: it must still answer, then stop as it should. */
  async stopAlive() {
    assert.equal((await this.get('/healthz')).status, 200, 'the relay is alive after all of it');
    await this.stop();
  }

  /** Dies at once, as in a crash. */
  async kill() {
    this.stopped = true;
    this.ctl.signal('SIGKILL');
    await this.ctl.exit();
    this.checkLog();
  }

  // How long plugins take is up to the machine where a sanitizer slows it down.
  checkLog() {
    const accepted = slowness > 1 ? [/ plugin \S+ is slow: a batch took /, ...this.acceptedLog] : this.acceptedLog;
    const lines = this.ctl.stderr.split('\n').filter((line) => line !== '');
    const unexpected = lines.filter((line) => !accepted.some((pattern) => pattern.test(line)));
    assert.deepEqual(unexpected, [], 'lines the relay logged and no test expected');
  }
}

/**
 * Starts `senecactl serve`. With `t` (a test's context) the relay ends with the test; without, call stop().
 *
 * args: further arguments; set: {"server.ping_interval": 1}; threads; port; stdin: 'pipe'; openFiles: ulimit
 * -n; runBy: a program, with its arguments, that runs it; log: what may appear in its log, regular expressions;
 * logLevel; ca: who signs its certificate.
 */
export async function startRelay(t, options = {}) {
  const {
    args = [],
    set = {},
    threads = 2,
    port = 0,
    stdin = 'ignore',
    openFiles,
    log = [],
    logLevel = 'warn',
    env,
    cwd,
    ca,
    runBy: [program, ...before] = [],
  } = options;
  const serve = [
    'serve',
    '--listen',
    `127.0.0.1:${port}`,
    '--threads',
    String(threads),
    '--log-level',
    logLevel,
  ];
  for (const [key, value] of Object.entries(set)) serve.push('--set', `${key}=${value}`);
  serve.push(...args);
  const ctl = openFiles
    ? new Ctl(['-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, senecactl, ...serve], {
        program: 'sh',
        stdin,
        env,
        cwd,
      })
    : new Ctl(program ? [...before, senecactl, ...serve] : serve, { program, stdin, env, cwd });
  try {
    const line = await ctl.lines.first(
      (text) => text.startsWith('listening '),
      'the relay listens',
      2 * patience,
    );
    const relay = new Relay(ctl, line.split(/\s+/)[1], log, ca);
    t?.after(() => relay.stop());
    return relay;
  } catch (error) {
    ctl.signal('SIGKILL');
    throw error;
  }
}
