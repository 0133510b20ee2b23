// A driver of socket.io-client in node or in a page: it does what commands say and reports what happens. Commands and
// reports are JSON, bytes in them {"base64": …}. support/python_client.py understands the same.

function encode(value) {
  if (value instanceof ArrayBuffer) return encode(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return { base64: btoa(String.fromCharCode(...value)) };
  if (Array.isArray(value)) return value.map(encode);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, encode(member)]));
}

function decode(value) {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== 'object') return value;
  if (value.base64 !== undefined) return Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0)).buffer;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, decode(member)]));
}

export class MatrixDriver {
  #io;
  #report;
  #clients = new Map();

  /** `io` of socket.io-client; `report` is called with each report. */
  constructor(io, report) {
    this.#io = io;
    this.#report = (report_) => report(encode(report_));
  }

  async obey({ id, verb, client, ...members }) {
    try {
      this.#report({ reply: id, value: await this[verb](client, decode(members)) });
    } catch (error) {
      this.#report({ reply: id, error: String(error) });
    }
  }

  open(client, { url, transports, namespaces, auth }) {
    const manager = new this.#io.Manager(url, {
      transports,
      reconnectionDelay: 100,
      reconnectionDelayMax: 300,
    });
    const sockets = new Map();
    this.#clients.set(client, { manager, sockets });
    for (const namespace of namespaces) {
      const socket = manager.socket(namespace, { auth });
      const report = (members) => this.#report({ client, namespace, ...members });
      socket.on('connect', () => report({ what: 'connect', sid: socket.id, recovered: socket.recovered === true }));
      socket.on('disconnect', (reason) => report({ what: 'disconnect', reason }));
      socket.on('connect_error', ({ message, data }) => report({ what: 'refused', message, data }));
      socket.onAny((event, ...args) => {
        const answer = typeof args.at(-1) === 'function' ? args.pop() : null;
        report({ what: 'event', event, args });
        answer?.(...args);
      });
      sockets.set(namespace, socket);
    }
  }

  emit(client, { namespace, event, args }) {
    this.#socket(client, namespace).emit(event, ...args);
  }

  /** Resolves with the arguments of the acknowledgement. */
  call(client, { namespace, event, args }) {
    return new Promise((resolve) =>
      this.#socket(client, namespace).emit(event, ...args, (...answer) => resolve(answer)),
    );
  }

  /** Emits `event` `count` times at once, numbered. */
  burst(client, { namespace, event, count }) {
    for (let n = 0; n < count; ++n) this.#socket(client, namespace).emit(event, n);
  }

  transport(client) {
    return this.#clients.get(client).manager.engine.transport.name;
  }

  close(client) {
    this.#clients.get(client)?.sockets.forEach((socket) => socket.disconnect());
    this.#clients.delete(client);
  }

  #socket(client, namespace) {
    return this.#clients.get(client).sockets.get(namespace);
  }
}
