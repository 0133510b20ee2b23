// The near end of a driver of Socket.IO clients; matrix_driver.js says what that is.

import { Inbox, patience, within } from './wait.js';

/** One client of a driver; what happens to it comes into `reports`. */
class MatrixClient {
  reports = new Inbox();

  constructor(remote, number) {
    this.remote = remote;
    this.number = number;
  }

  #ask(verb, members) {
    return this.remote.ask({ verb, client: this.number, ...members });
  }

  /** The next report of a kind that has not been taken yet, of the namespace `/` unless `members` say otherwise. */
  async next(what, { namespace = '/', ...members } = {}) {
    const wanted = Object.entries({ what, namespace, ...members });
    const report = await this.reports.first(
      (each) => !each.taken && wanted.every(([key, value]) => each[key] === value),
      `a report ${JSON.stringify(Object.fromEntries(wanted))}`,
    );
    report.taken = true;
    return report;
  }

  /** The arguments of the next event of that name. */
  async hears(event, namespace) {
    return (await this.next('event', { event, namespace })).args;
  }

  emit(event, ...args) {
    return this.#ask('emit', { namespace: '/', event, args });
  }

  /** The arguments of the acknowledgement. */
  call(event, ...args) {
    return this.#ask('call', { namespace: '/', event, args });
  }

  burst(event, count) {
    return this.#ask('burst', { namespace: '/', event, count });
  }

  transport() {
    return this.#ask('transport');
  }

  close() {
    return this.#ask('close');
  }

  open(options) {
    return this.#ask('open', options);
  }
}

/**
 * `send` takes a command to the driver, and may return a promise that rejects if it cannot; the driver's reports are
 * handed to take().
 */
export class Remote {
  #send;
  #next = 1;
  #asked = new Map();
  #clients = new Map();

  constructor(send) {
    this.#send = send;
  }

  take(report) {
    if (report.reply === undefined) {
      this.#clients.get(report.client)?.reports.push(report);
      return;
    }
    const { resolve, reject } = this.#asked.get(report.reply);
    this.#asked.delete(report.reply);
    if (report.error === undefined) resolve(report.value);
    else reject(new Error(report.error));
  }

  ask(command) {
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      Promise.resolve(this.#send({ id, ...command })).catch(reject);
    });
    return within(patience, () => `the driver's answer to ${JSON.stringify(command)}`, answer);
  }

  async open(options) {
    const client = new MatrixClient(this, this.#next++);
    this.#clients.set(client.number, client);
    await client.open(options);
    return client;
  }
}
