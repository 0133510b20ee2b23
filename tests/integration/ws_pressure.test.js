// WebSockets under pressure: readers that are slow, or do not read at all.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { OpsClient, PlainClient } from './support/clients.js';
import { offsetOf, seedEvent } from './support/events.js';
import { RawWebSocket, closeFrame, frame, offersDeflate, opcode } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { slowness, patience, eventually } from './support/wait.js';

// Numbers that look random and are the same every time.
function* chance(seed) {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Reads its socket in random sips, pinging all the while. */
class SlowReader {
  pings = 0;

  static async open(port, seed, headers = []) {
    const reader = new SlowReader();
    reader.random = chance(seed);
    reader.socket = await RawWebSocket.open(port, '/ws?match=torture', {
      connection: { highWaterMark: 4096 },
      headers,
    });
    return reader;
  }

  start() {
    this.#sip();
    this.ticker = setInterval(() => {
      this.socket.send(frame(opcode.ping, `ping ${++this.pings}`));
    }, 20);
  }

  #sip() {
    const { raw } = this.socket;
    if (raw.socket.destroyed) return;
    const pause = this.random.next().value;
    if (pause < 0.5) raw.socket.pause();
    else raw.socket.resume();
    this.sipper = setTimeout(() => this.#sip(), pause * 30);
  }

  /** From now on it reads as fast as it can. */
  hurry() {
    clearTimeout(this.sipper);
    clearInterval(this.ticker);
    this.socket.raw.socket.resume();
  }

  close() {
    this.hurry();
    this.socket.destroy();
  }
}

test('torture: slow readers, pings and a flood, and every byte is as it should be', (t) =>
  torture(t, (size) => 'x'.repeat(size)));

test('torture: the same with compression', async (t) => {
  const random = chance(1);
  // Six bits of chance a byte: compression leaves enough to fill the sockets.
  const noise = Buffer.from(Array.from({ length: 9000 }, () => random.next().value * 256)).toString('base64');
  await torture(t, (size) => noise.slice(0, size), [offersDeflate]);
});

async function torture(t, pad, headers) {
  const stormy = await startRelay(t, { set: { 'performance.message_queue_size': 200 } });
  const readers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => SlowReader.open(stormy.port, i + 1, headers)),
  );
  t.after(() => readers.forEach((reader) => reader.close()));
  const publisher = await OpsClient.open(t, stormy);
  const before = stormy.residentBytes();
  readers.forEach((reader) => reader.start());

  const rounds = 80;
  for (let round = 0; round < rounds; ++round) {
    const events = Array.from({ length: 40 }, (_, i) =>
      seedEvent('torture', { n: 40 * round + i, pad: pad((i * 997) % 9000) }),
    );
    await publisher.tell({ op: 'publish', events });
  }
  const grown = stormy.residentBytes() - before;
  readers.forEach((reader) => reader.hurry());
  await publisher.tell({ op: 'publish', event: seedEvent('torture', { end: true }) });

  for (const { socket, pings } of readers) {
    await socket.text((text) => text.endsWith('"data":{"end":true}}'), 'the last event', 30_000 * slowness);
    let due = pings;
    await socket.frames.first((item) => item.code === opcode.pong && --due === 0, 'all pongs');
    if (headers) assert.ok(socket.frames.items.some((item) => item.packed));
    const events = socket.texts.map((text) => JSON.parse(text));
    const pongs = socket.frames.items
      .filter((item) => item.code === opcode.pong)
      .map((item) => item.payload.toString());
    assert.deepEqual(
      pongs,
      Array.from({ length: pings }, (_, i) => `ping ${i + 1}`),
    );

    let newest = 0;
    const told = [];
    for (const event of events) {
      if (event.type === 'seneca.gap') {
        told.push(event.data);
        continue;
      }
      assert.ok(offsetOf(event) > newest, `offset ${offsetOf(event)} after ${newest}`);
      newest = offsetOf(event);
    }
    const received = events.filter((event) => event.type === 'torture').length;
    const skipped = told.reduce((sum, gap) => sum + gap.skipped, 0);
    assert.equal(received + skipped, 40 * rounds + 1, 'what did not come was told');
  }
  assert.ok(
    grown < (64 + 8 * 4 + 96) * 1024 * 1024 * slowness,
    `memory grew by ${Math.round(grown / 2 ** 20)} MiB`,
  );
}

test('a peer that says goodbye and never reads is gone soon', async (t) => {
  const quick = await startRelay(t, { threads: 1 });
  const deaf = await RawWebSocket.open(quick.port, '/ws?match=goodbye');
  t.after(() => deaf.destroy());
  deaf.raw.socket.pause();
  for (let i = 0; i < 20; ++i)
    await quick.publish(
      Array.from({ length: 15 }, (_, n) => seedEvent('goodbye', { n, pad: 'x'.repeat(60_000) })),
    );
  deaf.send(closeFrame(1000));
  await eventually(
    async () => (await quick.stats()).connections.current === 1,
    'only the one who asks is connected',
    15_000 * slowness,
  );
});

test('a peer that does not read may ping, and costs no processor time', async (t) => {
  const calm = await startRelay(t, { threads: 1 });
  const deaf = await RawWebSocket.open(calm.port, '/ws?match=busy');
  t.after(() => deaf.destroy());
  deaf.raw.socket.pause();
  for (let i = 0; i < 20; ++i)
    await calm.publish(
      Array.from({ length: 15 }, (_, n) => seedEvent('busy', { n, pad: 'x'.repeat(60_000) })),
    );
  deaf.send(frame(opcode.ping, 'still here'));
  const used = calm.cpuSeconds();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.ok(
    calm.cpuSeconds() - used < 0.1 * slowness,
    `${calm.cpuSeconds() - used} s of processor time in 1 s`,
  );
  deaf.raw.socket.resume();
  await deaf.frames.first((item) => item.code === opcode.pong, 'the pong');
});

test('a client that never reads costs its bound and no more', async (t) => {
  const roomy = await startRelay(t, { threads: 1, set: { 'journal.memory.bytes': '1MiB' } });
  const deaf = await Promise.all(
    Array.from({ length: 4 }, () => RawWebSocket.open(roomy.port, '/ws?match=flood')),
  );
  t.after(() => deaf.forEach((socket) => socket.destroy()));
  deaf.forEach((socket) => socket.raw.socket.pause());
  const lively = await PlainClient.open(t, roomy.ws('/ws?match=flood'));
  const publisher = await OpsClient.open(t, roomy);
  const before = roomy.residentBytes();
  for (let round = 0; round < 40; ++round) {
    const events = Array.from({ length: 15 }, (_, i) =>
      seedEvent('flood', { n: 15 * round + i, pad: 'x'.repeat(50_000) }),
    );
    await publisher.tell({ op: 'publish', events });
    await lively.events.count(15 * (round + 1), 'the round', 30_000 * slowness);
  }
  const grown = (roomy.residentBytes() - before) / 2 ** 20;
  assert.ok(grown < 80 * slowness, `memory grew by ${Math.round(grown)} MiB for 30 MB published`);
  const dropped = await eventually(
    async () => {
      const clients = await roomy.clients();
      return clients.filter((client) => client.events_dropped > 0).length >= 4 && clients;
    },
    'the drops are counted',
    patience,
  );
  assert.ok(dropped.every((client) => client.queued_bytes <= 5 * 2 ** 20));
});
