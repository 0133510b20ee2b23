// The promise of a reload: under load nothing is lost, repeated or reordered, and state goes along.

import assert from 'node:assert/strict';
import { copyFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { PlainClient } from './support/clients.js';
import { fixturePlugins } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { Inbox, patience, slowness, within } from './support/wait.js';

const numbering = path.join(fixturePlugins, 'numbering.so');
const reloads = slowness === 1 ? 100 : 20; // sanitizers take their time
const batch = 200;
// What a reload may leave behind: the code, which is never unloaded, and what the allocator keeps of it.
const keptBytes = 128 * 1024;

/** A reader that checks each event as it comes: the publisher's number in its subject, the plugin's in its data. */
class CheckingClient extends PlainClient {
  seen = 0;
  wrong = [];
  progress = new Inbox();

  take(event) {
    const expected = this.seen++;
    if (event.subject !== `${expected}` || event.data.n !== expected + 1)
      this.wrong.push({ expected, subject: event.subject, n: event.data.n });
    if (this.seen % batch !== 0) return;
    this.progress.clear();
    this.progress.push(this.seen);
  }
}

/** Publishes batch after batch, a few on their way at a time. */
class Publisher extends PlainClient {
  published = 0;
  acknowledged = 0;
  refused = [];
  #room = () => {};

  take(message) {
    if (message.op === 'hello') return;
    if (message.op !== 'reply' || message.ok !== true) this.refused.push(message);
    this.acknowledged += batch;
    this.#room();
  }

  async run(enough) {
    while (!enough()) {
      const events = Array.from({ length: batch }, (_, i) => ({
        type: 'x',
        source: '/load',
        subject: `${this.published + i}`,
        data: 0,
      }));
      this.send({ op: 'publish', events, id: this.published });
      this.published += batch;
      await this.#until(8 * batch);
    }
    await this.#until(0);
  }

  async #until(unacknowledged) {
    while (this.published - this.acknowledged > unacknowledged) {
      const room = new Promise((resolve) => (this.#room = resolve));
      await within(patience, 'an acknowledgement', room);
    }
  }
}

test(`${reloads} reloads under load: every event comes once, in order, numbered without a gap`, async (t) => {
  const file = path.join(tempDirectory(), 'numbers.so');
  copyFileSync(numbering, file);
  const relay = await startRelay(t, {
    set: {
      plugins: JSON.stringify([{ path: file, name: 'numbers', match: ['x'] }]),
      'journal.memory.bytes': '1MiB',
      'performance.message_queue_size': 1_000_000,
      'performance.message_queue_bytes': '512MiB',
    },
  });
  const client = new CheckingClient(relay.ws('/ws?match=x&format=compact'), undefined, {});
  t.after(() => client.socket.terminate());
  await client.opened;
  const publisher = new Publisher(relay.ws('/ws?match=none'), 'seneca.v1.json', {});
  t.after(() => publisher.socket.terminate());
  await publisher.opened;
  let done = 0;
  let resident = 0;
  const reloading = (async () => {
    for (; done < reloads; ++done) {
      copyFileSync(numbering, `${file}.new`);
      renameSync(`${file}.new`, file);
      const answer = await relay.request('POST', '/api/v1/plugins/numbers/reload');
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json().new_code, true);
      if (done === reloads / 2) resident = relay.residentBytes();
    }
    return relay.residentBytes() - resident;
  })();
  const start = performance.now();
  await publisher.run(() => done === reloads);
  const { published } = publisher;
  const grown = await reloading;
  const rate = Math.round(published / ((performance.now() - start) / 1000));
  await client.progress.when(([seen]) => seen >= published, `${published} events`, 2 * patience);
  t.diagnostic(`${published} events, ${rate} a second; ${grown} bytes for ${reloads / 2} reloads`);
  assert.deepEqual(client.wrong, []);
  assert.deepEqual(publisher.refused, []);
  assert.equal(client.seen, published);
  assert.equal((await relay.stats()).plugins[0].failed, 0);
  if (slowness === 1) assert.ok(grown < (reloads / 2) * keptBytes + (8 << 20), `${grown} bytes more`);
});
