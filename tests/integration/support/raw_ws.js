// WebSocket frames byte by byte: any frame can be sent, and only correct ones are accepted.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import zlib from 'node:zlib';

import { RawConnection, parseResponses } from './raw.js';
import { Inbox, patience } from './wait.js';

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/**
 * A client's frame. `declared` is the length to declare when it is not the payload's; `lengthBytes` (0, 2 or 8)
 * the size of the length field when it is not the smallest.
 */
export function frame(code, payload = '', options = {}) {
  const { fin = true, rsv = 0, masked = true, declared, lengthBytes } = options;
  const bytes = Buffer.from(payload);
  const length = BigInt(declared ?? bytes.length);
  const field = lengthBytes ?? (length < 126n ? 0 : length < 65536n ? 2 : 8);
  const header = Buffer.alloc(2 + field);
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | code;
  header[1] = (masked ? 0x80 : 0) | (field === 0 ? Number(length) : field === 2 ? 126 : 127);
  if (field === 2) header.writeUInt16BE(Number(length), 2);
  if (field === 8) header.writeBigUInt64BE(length, 2);
  if (!masked) return Buffer.concat([header, bytes]);
  const key = randomBytes(4);
  const hidden = Buffer.from(bytes.map((byte, i) => byte ^ key[i % 4]));
  return Buffer.concat([header, key, hidden]);
}

export const textFrame = (text, options) => frame(opcode.text, text, options);

export function closeFrame(code, reason = '') {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return frame(opcode.close, Buffer.concat([payload, Buffer.from(reason)]));
}

const syncFlush = { finishFlush: zlib.constants.Z_SYNC_FLUSH };
const tail = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** The payload of a frame with RSV1 (rsv: 4) for `text`. `dictionary`: what an earlier message held. */
export function deflated(text, dictionary) {
  return zlib.deflateRawSync(text, { ...syncFlush, ...(dictionary && { dictionary }) }).subarray(0, -4);
}

export const offersDeflate = 'Sec-WebSocket-Extensions: permessage-deflate';

/** Takes a server's frames apart; throws at the first byte that RFC 6455 (and, if `inflates`, 7692) forbids. */
export class ServerFrames {
  #inflates;
  #rest = Buffer.alloc(0);
  #open = false;
  #utf8 = new TextDecoder('utf-8', { fatal: true });
  closed = false;

  constructor({ inflates = false } = {}) {
    this.#inflates = inflates;
  }

  /** The frames that `bytes` complete. */
  feed(bytes) {
    this.#rest = this.#rest.length ? Buffer.concat([this.#rest, bytes]) : bytes;
    const frames = [];
    for (let taken = this.#take(); taken; taken = this.#take()) frames.push(taken);
    return frames;
  }

  get torn() {
    return this.#rest.length > 0;
  }

  #take() {
    const bytes = this.#rest;
    if (bytes.length < 2) return null;
    assert.ok(!this.closed, 'nothing comes after a close frame');
    const code = bytes[0] & 0x0f;
    const fin = (bytes[0] & 0x80) !== 0;
    const reserved = bytes[0] & 0x70;
    const packed = reserved === 0x40 && this.#inflates && (code === opcode.text || code === opcode.binary);
    assert.ok(reserved === 0 || packed, `no reserved bits in ${bytes.subarray(0, 16).toString('hex')}`);
    assert.ok([0, 1, 2, 8, 9, 10].includes(code), `a known opcode, not ${code}`);
    assert.equal(bytes[1] & 0x80, 0, 'server frames are not masked');
    const short = bytes[1] & 0x7f;
    const field = short < 126 ? 0 : short === 126 ? 2 : 8;
    if (bytes.length < 2 + field) return null;
    let length = short;
    if (field === 2) length = bytes.readUInt16BE(2);
    if (field === 8) length = Number(bytes.readBigUInt64BE(2));
    assert.ok(field === 0 || length >= (field === 2 ? 126 : 65536), 'the smallest length field');
    if (code >= 8) assert.ok(fin && length <= 125, 'control frames are short and whole');
    else assert.equal(code === 0, this.#open, 'continuations only inside a message');
    if (bytes.length < 2 + field + length) return null;
    const payload = bytes.subarray(2 + field, 2 + field + length);
    this.#rest = bytes.subarray(2 + field + length);
    if (!packed) return this.#finish(code, fin, payload);
    const message = zlib.inflateRawSync(Buffer.concat([payload, tail]), syncFlush);
    return { ...this.#finish(code, fin, message), packed };
  }

  #finish(code, fin, payload) {
    if (code < 8) this.#open = !fin;
    if (code === opcode.close) {
      this.closed = true;
      assert.notEqual(payload.length, 1, 'a close frame has no payload or a code');
      return {
        code,
        closeCode: payload.length ? payload.readUInt16BE(0) : 1005,
        reason: payload.toString('utf8', 2),
      };
    }
    if (code === opcode.text && fin) return { code, text: this.#utf8.decode(payload) };
    return { code, payload: Buffer.from(payload) };
  }
}

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The bytes of an upgrade request. */
export function upgrade(
  target,
  { key = randomBytes(16).toString('base64'), headers = [], version = '13' } = {},
) {
  return Buffer.from(
    [
      `GET ${target} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Sec-WebSocket-Key: ${key}`,
      `Sec-WebSocket-Version: ${version}`,
      ...headers,
      '',
      '',
    ].join('\r\n'),
  );
}

/** A WebSocket whose frames are sent as bytes. */
export class RawWebSocket {
  frames = new Inbox();

  /** `early`: bytes sent in the same segment as the upgrade. */
  static async open(port, target, { early = Buffer.alloc(0), headers, connection = {} } = {}) {
    const raw = await RawConnection.open(port, connection);
    const key = randomBytes(16).toString('base64');
    raw.send(Buffer.concat([upgrade(target, { key, headers }), early]));
    const response = await raw.until((got) => parseResponses(got)[0], 'the answer to the upgrade');
    assert.equal(response.status, 101, response.text);
    assert.equal(
      response.headers['sec-websocket-accept'],
      createHash('sha1')
        .update(key + guid)
        .digest('base64'),
    );
    return new RawWebSocket(raw, response);
  }

  constructor(raw, response) {
    this.raw = raw;
    this.response = response;
    this.parser = new ServerFrames({ inflates: 'sec-websocket-extensions' in response.headers });
    raw.socket.on('close', () => this.frames.fail(new Error(`the connection has ended (${raw.ending})`)));
    raw.socket.on('end', () => this.frames.fail(new Error('the connection has ended (eof)')));
    raw.divert(raw.received.indexOf('\r\n\r\n') + 4, (bytes) => this.#parse(bytes));
  }

  send(bytes) {
    this.raw.send(bytes);
  }

  text(predicate = () => true, what = 'a text message', ms) {
    return this.frames
      .first((item) => item.code === opcode.text && predicate(item.text), what, ms)
      .then((item) => item.text);
  }

  get texts() {
    return this.frames.items.filter((item) => item.code === opcode.text).map((item) => item.text);
  }

  /** The code of the close frame the relay sends. It is answered, and then the relay ends the connection. */
  async closeCode(what = 'a close frame', ms = patience) {
    const close = await this.frames.first((item) => item.code === opcode.close, what, ms);
    this.send(closeFrame(1000));
    await this.raw.end('the end after the close frame', ms);
    assert.ok(!this.parser.torn, 'the last frame is whole');
    return close.closeCode;
  }

  destroy() {
    this.raw.destroy();
  }

  #parse(bytes) {
    try {
      this.parser.feed(bytes).forEach((item) => this.frames.push(item));
    } catch (error) {
      this.frames.fail(error);
      this.raw.destroy();
    }
  }
}

/** A Socket.IO transport whose open packet has come, parsed as `handshake`. */
export async function openEngineIo(t, relay) {
  const socket = await RawWebSocket.open(relay.port, '/socket.io/?EIO=4&transport=websocket');
  t.after(() => socket.destroy());
  socket.handshake = JSON.parse(
    (await socket.text((text) => text.startsWith('0'), 'the open packet')).slice(1),
  );
  return socket;
}
