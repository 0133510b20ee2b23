// A Redis of the test's own, and the processes that emit through it.

import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createClient } from 'redis';

import { python } from './python.js';
import { startRelay } from './relay.js';
import { tcpProxy } from './tcp_proxy.js';
import { tempDirectory } from './temp.js';
import { Inbox, eventually, patience, within } from './wait.js';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'python_emitter.py');

/** A redis-server on a Unix socket, for the length of the test `t`. It may be stopped and started again. */
export class Redis {
  #child = null;

  constructor(t, { password } = {}) {
    this.directory = tempDirectory();
    this.path = path.join(this.directory, 'redis.sock');
    this.url = `unix://${this.path}`;
    this.password = password;
    this.relays = []; // to be stopped first, as they would complain
    t.after(async () => {
      for (const relay of this.relays) await relay.stop();
      await this.stop();
    });
  }

  static async start(t, options) {
    const redis = new Redis(t, options);
    await redis.start();
    return redis;
  }

  async start() {
    const options = { port: 0, unixsocket: this.path, save: '', dir: this.directory };
    if (this.password) options.requirepass = this.password;
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const lines = new Inbox();
    // One program of several names; under this one it comes with a package that starts no service.
    this.#child = spawn('redis-check-rdb', words, {
      argv0: 'redis-server',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child.on('error', (error) => lines.fail(error));
    this.#child.stdout.on('data', (text) => lines.push(String(text)));
    await lines.first((text) => text.includes('eady to accept connections'), 'redis-server is ready');
  }

  async stop() {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await within(patience, 'the end of redis-server', ended);
  }

  /** A client of the package `redis`, closed before the server is. */
  async client(t) {
    const client = createClient({ socket: { path: this.path }, password: this.password });
    client.on('error', () => {});
    await client.connect();
    t.after(() => client.isOpen && client.disconnect());
    return client;
  }

  /** The same Redis over TCP: {url, drop()}; `drop` cuts the connections that there are. */
  async overTcp(t) {
    const { port, drop } = await tcpProxy(t, { path: this.path });
    return { url: `redis://127.0.0.1:${port}/0`, drop };
  }
}

/** The plugin socketio-redis with `config`, as arguments of serve. */
export const socketioRedis = (config) => ['--plugin', `socketio-redis:${JSON.stringify(config)}`];

/** What the relay's statistics say about the plugin: nothing while the pipeline is too busy to answer. */
export const sourceOf = async (relay) =>
  (await relay.stats()).sources?.find((source) => source.name === 'socketio-redis');

/** Resolves when the relay listens to Redis. */
export const connected = (relay) =>
  eventually(async () => (await sourceOf(relay))?.state.startsWith('connected'), 'the relay listens to Redis');

/** A relay that listens to `redis`, over its Unix socket unless `config` says otherwise. */
export async function startListening(t, redis, { config = {}, args = [], ...options } = {}) {
  const relay = await startRelay(t, {
    args: [...socketioRedis({ url: redis.url, ...config }), ...args],
    ...options,
  });
  redis.relays.push(relay);
  await connected(relay);
  return relay;
}

/** Has python-socketio ("manager") or Flask-SocketIO ("flask") make the calls that the script holds, or "calls". */
export async function emitFromPython(kind, url, calls = []) {
  const run = promisify(execFile)(python, [script, kind, url], { timeout: patience });
  run.child.stdin.end(JSON.stringify(calls));
  await run;
}
