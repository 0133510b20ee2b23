// Bytes on a TCP connection, exactly as a test wants them, and what comes back, read strictly.

import assert from 'node:assert/strict';
import net from 'node:net';

import { patience, within } from './wait.js';

/** A TCP connection that keeps every byte it receives. */
export class RawConnection {
  received = Buffer.alloc(0);
  /** "eof" or "reset" once the peer is done. */
  ending = null;
  #listeners = new Set();
  #diverted = null;

  static async open(port, options = {}) {
    const connection = new RawConnection(port, options);
    await within(patience, 'a TCP connection', connection.connected);
    return connection;
  }

  constructor(port, { allowHalfOpen = true, ...options } = {}) {
    this.socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen, noDelay: true, ...options });
    this.connected = new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('error', reject);
    });
    this.connected.catch(() => {});
    this.socket.on('data', (bytes) => {
      if (this.#diverted) return this.#diverted(bytes);
      this.received = Buffer.concat([this.received, bytes]);
      return this.#notify();
    });
    this.socket.on('end', () => this.#finish('eof'));
    this.socket.on('error', () => this.#finish('reset'));
    this.socket.on('close', () => this.#finish('eof'));
  }

  send(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  /** Sends the pieces one by one, each in a segment of its own. */
  async sendPieces(pieces) {
    for (const piece of pieces) {
      if (this.ending) return;
      await new Promise((resolve) => this.socket.write(piece, resolve));
      await new Promise(setImmediate);
    }
  }

  /** Resolves with what `find(received)` returns once that is truthy. */
  until(find, what = 'the expected bytes', ms = patience) {
    const found = new Promise((resolve, reject) => {
      const check = () => {
        let result;
        try {
          result = find(this.received);
        } catch (error) {
          this.#listeners.delete(check);
          return reject(error);
        }
        if (!result && !this.ending) return undefined;
        this.#listeners.delete(check);
        return result
          ? resolve(result)
          : reject(new Error(`${this.ending} before ${what}; got: ${this.text}`));
      };
      this.#listeners.add(check);
      check();
    });
    return within(ms, () => `${what}; got: ${this.text}`, found);
  }

  /** Resolves with "eof" or "reset" once the peer has ended the connection. */
  end(what = 'the end of the connection', ms = patience) {
    return within(
      ms,
      () => `${what}; got: ${this.text}`,
      new Promise((resolve) => {
        const check = () => {
          if (!this.ending) return;
          this.#listeners.delete(check);
          resolve(this.ending);
        };
        this.#listeners.add(check);
        check();
      }),
    );
  }

  /** What has come from byte `at` on, and all that will come, goes to `take` instead of being kept. */
  divert(at, take) {
    const rest = this.received.subarray(at);
    this.received = this.received.subarray(0, at);
    this.#diverted = take;
    take(rest);
  }

  get text() {
    return this.received.subarray(0, 2000).toString('latin1');
  }

  destroy() {
    this.socket.destroy();
  }

  reset() {
    this.socket.resetAndDestroy();
  }

  #finish(how) {
    this.ending ??= how;
    this.#notify();
  }

  #notify() {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The bytes of a request; headers is an array of lines or an object. */
export function request(
  method,
  target,
  headers = {},
  body = '',
  { host = true, length = body.length > 0 } = {},
) {
  const lines = Array.isArray(headers)
    ? headers
    : Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${target} HTTP/1.1`];
  if (host) head.push('Host: localhost');
  if (length) head.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.concat([Buffer.from(`${[...head, ...lines].join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/** Splits bytes into HTTP responses, strictly; a last incomplete one is left out. */
export function parseResponses(bytes, methods = []) {
  const responses = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const [start, ...lines] = bytes.subarray(at, end).toString('latin1').split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) [ -~]+$/.exec(start);
    assert.ok(status, `a status line: ${start}`);
    const headers = {};
    for (const line of lines) {
      const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([ -~]*)$/.exec(line);
      assert.ok(header, `a header line: ${line}`);
      headers[header[1].toLowerCase()] = header[2];
    }
    const code = Number(status[1]);
    const bodiless = code === 101 || code === 204 || code === 100 || methods[responses.length] === 'HEAD';
    const length = bodiless ? 0 : Number(headers['content-length'] ?? 0);
    if (bytes.length < end + 4 + length) break;
    const text = bytes.subarray(end + 4, end + 4 + length).toString('utf8');
    responses.push({ status: code, headers, text, json: () => JSON.parse(text) });
    at = end + 4 + length;
  }
  return responses;
}

/**
 * Sends bytes (or pieces) on a new connection and reads until `count` responses have come, or, with count 0,
 * until the peer ends. Answers {responses, received, ending}; `ending` is null while the connection lives.
 */
export async function exchange(port, bytes, { count = 0, ms = patience } = {}) {
  const connection = await RawConnection.open(port);
  try {
    if (Array.isArray(bytes)) await connection.sendPieces(bytes);
    else connection.send(bytes);
    if (count > 0)
      await connection.until((got) => parseResponses(got).length >= count, `${count} responses`, ms);
    else await connection.end(undefined, ms);
    return {
      responses: parseResponses(connection.received),
      received: connection.received,
      ending: connection.ending,
    };
  } finally {
    connection.destroy();
  }
}

/** One request that is refused: its response, after which the relay closes. */
export async function refusal(port, bytes, options) {
  const { responses, received, ending } = await exchange(port, bytes, options);
  assert.equal(responses.length, 1, `one response: ${received.subarray(0, 1000).toString('latin1')}`);
  return { ...responses[0], ending };
}
