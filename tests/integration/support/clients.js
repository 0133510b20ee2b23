// The clients people use: ws, socket.io-client and an event stream reader.

import assert from 'node:assert/strict';
import http from 'node:http';

import { io as newestIo } from 'socket.io-client';
import { WebSocket } from 'ws';

import { Inbox, patience, within } from './wait.js';

/** A plain WebSocket: every message received is one event, every message sent one to publish. */
export class PlainClient {
  events = new Inbox();

  static async open(t, url, { protocol, ...options } = {}) {
    const client = new PlainClient(url, protocol, options);
    t?.after(() => client.socket.terminate());
    await within(patience, `an open ${url}`, client.opened);
    return client;
  }

  constructor(url, protocol, options) {
    this.socket = new WebSocket(url, protocol ? [protocol] : [], { perMessageDeflate: false, ...options });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
      this.socket.once('unexpected-response', (_, response) => {
        let text = '';
        response.on('data', (bytes) => (text += bytes));
        response.on('end', () =>
          reject(
            Object.assign(new Error(`${response.statusCode} ${text}`), {
              status: response.statusCode,
              headers: response.headers,
              text,
            }),
          ),
        );
      });
    });
    this.opened.catch(() => {});
    this.socket.on('error', () => {});
    this.socket.on('message', (bytes, binary) => this.take(this.decode(bytes, binary)));
    this.closed.then((end) => this.fail(new Error(`closed: ${JSON.stringify(end)}`)));
  }

  /** A message of the relay, from the bytes that came. */
  decode(bytes) {
    return JSON.parse(bytes.toString());
  }

  encode(message) {
    return JSON.stringify(message);
  }

  fail(error) {
    this.events.fail(error);
  }

  take(message) {
    this.events.push(message);
  }

  send(message) {
    this.socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : this.encode(message));
  }

  /** {code, reason} of the close. */
  end(ms = patience) {
    return within(ms, 'the close of the WebSocket', this.closed);
  }
}

/** The subprotocol seneca.v1.json: requests with replies beside the events. */
export class OpsClient extends PlainClient {
  messages = new Inbox();
  #next = 1;

  static async open(t, relay, query = '') {
    const client = new OpsClient(relay.ws(`/ws${query}`), 'seneca.v1.json', {});
    t?.after(() => client.socket.terminate());
    await within(patience, 'an open seneca.v1.json WebSocket', client.opened);
    client.hello = await client.messages.first((message) => message.op === 'hello', 'hello');
    return client;
  }

  fail(error) {
    super.fail(error);
    this.messages.fail(error);
  }

  take(message) {
    this.messages.push(message);
    if (message.op === 'event') this.events.push(message.event);
  }

  /** Sends a request and returns its reply, or its error. */
  async ask(request) {
    const id = this.#next++;
    this.send({ ...request, id });
    return this.messages.first((message) => message.id === id, `the answer to ${JSON.stringify(request)}`);
  }

  /** As `ask`; fails when the relay refuses. */
  async tell(request) {
    const reply = await this.ask(request);
    assert.equal(reply.op, 'reply', JSON.stringify(reply));
    assert.equal(reply.ok, true, JSON.stringify(reply));
    return reply;
  }
}

/** socket.io-client, its newest version unless given another's `io`, over its WebSocket transport and not reconnecting unless asked to. */
export function socketIo(t, relay, { namespace = '/', io = newestIo, ...options } = {}) {
  const socket = io(relay.url + namespace, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...options,
  });
  socket.inbox = new Inbox();
  socket.onAny((event, ...args) => socket.inbox.push({ event, args, data: args[0] }));
  t?.after(() => socket.disconnect());
  return socket;
}

/** Resolves with the arguments of the socket's next `event`. */
export function next(emitter, event, ms = patience) {
  return within(ms, `"${event}"`, new Promise((resolve) => emitter.once(event, (...args) => resolve(args))));
}

/** A connected socket.io-client that has been greeted. */
export async function connectedSocketIo(t, relay, options) {
  const socket = socketIo(t, relay, options);
  await within(
    patience,
    'a Socket.IO connection',
    new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    }),
  );
  if ((options?.namespace ?? '/') === '/') {
    const greeting = await socket.inbox.first(
      (item) => item.event === 'connection_established',
      'the greeting',
    );
    socket.greeting = greeting.data;
  }
  return socket;
}

/** A reader of an event stream, as strict about its grammar as EventSource is lenient. */
export class StreamClient {
  events = new Inbox();
  comments = new Inbox();
  retry = null;
  #text = '';

  static async open(t, relay, query = '', headers = {}) {
    const client = new StreamClient();
    await within(
      patience,
      'the head of an event stream',
      new Promise((resolve, reject) => {
        client.request = http.get(`${relay.url}/events${query}`, { headers, agent: false }, (response) => {
          client.response = response;
          response.setEncoding('utf8');
          response.on('data', (text) => client.#feed(text));
          client.closed = new Promise((done) => response.on('close', done));
          response.on('error', () => {});
          resolve();
        });
        client.request.on('error', reject);
      }),
    );
    t?.after(() => client.request.destroy());
    return client;
  }

  /** The events without the gaps, taken out of their frames. */
  get bodies() {
    return this.events.items.filter((item) => item.event !== 'gap').map((item) => item.json);
  }

  #feed(text) {
    const blocks = (this.#text + text).split('\n\n');
    this.#text = blocks.pop();
    blocks.forEach((block) => this.#take(block));
  }

  #take(block) {
    const event = { event: 'message', id: null, data: [] };
    for (const line of block.split('\n')) {
      const [, field, value] = /^([a-z]*):? ?(.*)$/.exec(line) ?? [];
      assert.notEqual(field, undefined, `a line of an event stream: ${line}`);
      if (field === '') this.comments.push(value);
      else if (field === 'retry') this.retry = Number(value);
      else if (field === 'data') event.data.push(value);
      else if (field === 'id' || field === 'event') event[field] = value;
      else assert.fail(`an unknown field: ${line}`);
    }
    if (event.data.length === 0) return;
    event.json = JSON.parse(event.data.join('\n'));
    this.events.push(event);
  }
}
