// Engine.IO's long polling as bare requests, each on a connection of its own: any shard may get it.

import assert from 'node:assert/strict';

import { RawConnection, parseResponses, request } from './raw.js';
import { RawWebSocket } from './raw_ws.js';
import { eventually, patience } from './wait.js';

export const endpoint = '/socket.io/?EIO=4&transport=polling';

/** Packets of one payload. */
export const packetsOf = (text) => text.split('\x1e');

/** The events among packets, as pages get them. */
export const eventsOf = (packets) =>
  packets.filter((packet) => packet.startsWith('42["agent_update"')).map((packet) => JSON.parse(packet.slice(2))[1]);

export class PollingSession {
  /** All packets that `poll` has brought. */
  packets = [];

  static async open(relay) {
    const answer = await relay.get(endpoint);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /^0\{/);
    return new PollingSession(relay, JSON.parse(answer.text.slice(1)));
  }

  /** One that is in the namespace "/" and has been greeted. */
  static async join(relay) {
    const session = await PollingSession.open(relay);
    assert.equal((await session.post('40')).text, 'ok');
    await session.until((packets) => packets.some((each) => each.startsWith('42["connection_established"')));
    session.packets = [];
    return session;
  }

  constructor(relay, handshake) {
    this.relay = relay;
    this.handshake = handshake;
    this.sid = handshake.sid;
    this.path = `${endpoint}&sid=${this.sid}`;
  }

  get() {
    return this.relay.get(this.path);
  }

  post(body, headers = { 'content-type': 'text/plain;charset=UTF-8' }) {
    return this.relay.request('POST', this.path, {
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      body,
    });
  }

  /**
   * A GET that the relay holds by now: it came behind a POST that has been answered. `answer()` waits for its
   * response; `connection` is its own.
   */
  async pendingGet(t) {
    const connection = await RawConnection.open(this.relay.port);
    t.after(() => connection.destroy());
    connection.send(Buffer.concat([request('POST', this.path, {}, '6'), request('GET', this.path)]));
    const [posted] = await connection.until((got) => parseResponses(got).length > 0 && parseResponses(got));
    assert.equal(posted.text, 'ok');
    const answer = () => connection.until((got) => parseResponses(got)[1], 'the answer to a GET');
    return { connection, answer };
  }

  /** The packets of one GET, which must be answered with some. */
  async poll() {
    const answer = await this.get();
    assert.equal(answer.status, 200, answer.text);
    const packets = packetsOf(answer.text);
    this.packets.push(...packets);
    return packets;
  }

  /** Polls until `find(packets)` holds. */
  async until(find, what = 'the expected packets') {
    const end = Date.now() + patience;
    while (!find(this.packets)) {
      assert.ok(Date.now() < end, `not in time: ${what}; came: ${this.packets.slice(-5)}`);
      await this.poll();
    }
  }

  /** Polls until the event with data.n === n has come. */
  untilEvent(n) {
    return this.until((packets) => eventsOf(packets.slice(-20)).some((event) => event.data.n === n), `event ${n}`);
  }

  /** It takes what a client sends. */
  async assertAlive() {
    assert.equal((await this.post('6')).text, 'ok', 'the session is alive');
  }

  /** Its sid means nothing any more, and GETs are told so. */
  async assertOver() {
    await eventually(async () => (await this.post('6')).status === 400, 'the end of the session');
    assertError(await this.get(), 1);
  }

  /** A WebSocket that begins to take this session over. */
  async socket(t) {
    const socket = await RawWebSocket.open(
      this.relay.port,
      `/socket.io/?EIO=4&transport=websocket&sid=${this.sid}`,
    );
    t.after(() => socket.destroy());
    return socket;
  }
}

const messages = [
  'Transport unknown',
  'Session ID unknown',
  'Bad handshake method',
  'Bad request',
  'Forbidden',
  'Unsupported protocol version',
];

export function assertError(answer, code, status = 400) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.deepEqual(answer.json(), { code, message: messages[code] });
}
