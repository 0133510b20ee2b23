// Frames nobody should send, on both WebSocket endpoints, and frames under pressure.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { OpsClient, PlainClient } from './support/clients.js';
import { offsetOf, seedEvent } from './support/events.js';
import { RawWebSocket, closeFrame, frame, opcode, textFrame } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { eventually, patience, slowness } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(async () => {
  assert.equal((await relay.get('/healthz')).status, 200, 'the relay is alive after all of it');
  await relay.stop();
});

async function closes(code, target, bytes, options = {}) {
  const socket = await RawWebSocket.open(relay.port, target, options);
  try {
    for (const piece of [bytes].flat()) socket.send(piece);
    assert.equal(await socket.closeCode(), code);
  } finally {
    socket.destroy();
  }
}

const bad = Buffer.from([0x80]);
const rows = {
  'an unmasked frame': [1002, textFrame('x', { masked: false })],
  'RSV1': [1002, textFrame('x', { rsv: 4 })],
  'RSV2': [1002, textFrame('x', { rsv: 2 })],
  'RSV3 in a ping': [1002, frame(opcode.ping, '', { rsv: 1 })],
  'a reserved data opcode': [1002, frame(3, 'x')],
  'a reserved control opcode': [1002, frame(11, '')],
  'a fragmented ping': [1002, frame(opcode.ping, 'x', { fin: false })],
  'a ping of 126 bytes': [1002, frame(opcode.ping, 'x'.repeat(126))],
  'an orphan continuation': [1002, frame(opcode.continuation, 'x')],
  'a new message inside another': [1002, [textFrame('a', { fin: false }), textFrame('b')]],
  'a length of 2^63': [1002, frame(opcode.text, '', { declared: 2n ** 63n })],
  'a length of 2^63 - 1': [1009, frame(opcode.text, '', { declared: 2n ** 63n - 1n })],
  'a length field longer than needed': [1002, textFrame('x', { lengthBytes: 8 })],
  'a length field of two bytes for one': [1002, textFrame('x', { lengthBytes: 2 })],
  'bad UTF-8': [1007, textFrame(bad)],
  'bad UTF-8 in the first of two fragments': [1007, textFrame(bad, { fin: false })],
  'UTF-8 that ends within a character': [1007, textFrame(Buffer.from('é').subarray(0, 1))],
  'a surrogate in UTF-8': [1007, textFrame(Buffer.from([0xed, 0xa0, 0x80]))],
  'a close of one byte': [1002, frame(opcode.close, 'x')],
  'close code 1005': [1002, closeFrame(1005)],
  'close code 1006': [1002, closeFrame(1006)],
  'close code 999': [1002, closeFrame(999)],
  'close code 5000': [1002, closeFrame(5000)],
  'a close reason that is no UTF-8': [1007, frame(opcode.close, Buffer.concat([Buffer.from([0x03, 0xe8]), bad]))],
  'a message above the limit': [1009, frame(opcode.text, '', { declared: 1_000_001 })],
  'fragments above the limit': [1009, [textFrame('x'.repeat(600_000), { fin: false }), frame(opcode.continuation, 'x'.repeat(600_000))]],
  'more than 1,024 fragments': [1008, [textFrame('x', { fin: false }),
    Buffer.concat(Array.from({ length: 1030 }, () => frame(opcode.continuation, 'x', { fin: false })))]],
  'a flood of pings': [1008, Buffer.concat(Array.from({ length: 2000 }, () => frame(opcode.ping)))],
  'a normal close': [1000, closeFrame(1000, 'done')],
  'a close of the application': [4321, closeFrame(4321)],
};

for (const target of ['/ws?match=none', '/socket.io/?EIO=4&transport=websocket']) {
  describe(target, () => {
    for (const [what, [code, bytes]] of Object.entries(rows)) test(what, () => closes(code, target, bytes));

    test('a bad frame in the segment of the upgrade', async () => {
      for (const early of [textFrame('x', { rsv: 4 }), textFrame('x', { masked: false })])
        await closes(1002, target, [], { early });
    });

    test('pings are answered with their payload, between fragments too', async () => {
      const socket = await RawWebSocket.open(relay.port, target);
      const messages = socket.texts.length;
      socket.send(Buffer.concat([frame(opcode.ping, 'one'), textFrame('{"type":', { fin: false }), frame(opcode.ping, 'x'.repeat(125))]));
      const pongs = await socket.frames.when((items) => {
        const found = items.filter((item) => item.code === opcode.pong).map((item) => item.payload.toString());
        return found.length >= 2 && found;
      }, 'two pongs');
      assert.deepEqual(pongs, ['one', 'x'.repeat(125)]);
      assert.ok(socket.texts.length - messages <= 3);
      socket.destroy();
    });

    test('a message that takes for ever is given up after 10 s', async () => {
      const socket = await RawWebSocket.open(relay.port, target);
      const start = Date.now();
      socket.send(textFrame('x', { fin: false }));
      const trickle = setInterval(() => socket.send(frame(opcode.continuation, 'x', { fin: false })), 1000);
      try {
        assert.equal(await socket.closeCode('the close', 30_000 * slowness), 1008);
        const seconds = (Date.now() - start) / 1000;
        assert.ok(seconds > 8 && seconds < 13 + 10 * (slowness - 1), `closed after ${seconds} s`);
      } finally {
        clearInterval(trickle);
        socket.destroy();
      }
    });
  });
}

test('200 frames in one segment are all handled', async (t) => {
  const reader = await PlainClient.open(t, relay.ws('/ws?match=segment'));
  const frames = Array.from({ length: 200 }, (_, n) => textFrame(JSON.stringify(seedEvent('segment', { n }))));
  const socket = await RawWebSocket.open(relay.port, '/ws?match=none', { early: Buffer.concat(frames) });
  const events = await reader.events.count(200);
  assert.deepEqual(events.map((event) => event.data.n), Array.from({ length: 200 }, (_, n) => n));
  socket.destroy();
});

test('a message cut at every byte is understood', async (t) => {
  const reader = await PlainClient.open(t, relay.ws('/ws?match=cut'));
  const socket = await RawWebSocket.open(relay.port, '/ws?match=none');
  const text = JSON.stringify(seedEvent('cut', { text: 'žluťoučký kůň 🐎' }));
  const bytes = Buffer.from(text);
  const fragments = [...bytes].map((byte, i) =>
    frame(i === 0 ? opcode.text : opcode.continuation, Buffer.from([byte]), { fin: i === bytes.length - 1 }));
  const stream = Buffer.concat(fragments);
  await socket.raw.sendPieces(Array.from({ length: stream.length }, (_, i) => stream.subarray(i, i + 1)));
  assert.equal((await reader.events.first()).data.text, 'žluťoučký kůň 🐎');
  socket.destroy();
});

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

  static async open(port, seed) {
    const reader = new SlowReader();
    reader.random = chance(seed);
    reader.socket = await RawWebSocket.open(port, '/ws?match=torture', { connection: { highWaterMark: 4096 } });
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

test('torture: slow readers, pings and a flood, and every byte is as it should be', async (t) => {
  const stormy = await startRelay(t, { set: { 'performance.message_queue_size': 200 } });
  const readers = await Promise.all(Array.from({ length: 8 }, (_, i) => SlowReader.open(stormy.port, i + 1)));
  t.after(() => readers.forEach((reader) => reader.close()));
  const publisher = await OpsClient.open(t, stormy);
  const before = stormy.residentBytes();
  readers.forEach((reader) => reader.start());

  const rounds = 150;
  for (let round = 0; round < rounds; ++round) {
    const events = Array.from({ length: 40 }, (_, i) =>
      seedEvent('torture', { n: 40 * round + i, pad: 'x'.repeat((i * 997) % 9000) }));
    await publisher.tell({ op: 'publish', events });
  }
  const grown = stormy.residentBytes() - before;
  readers.forEach((reader) => reader.hurry());
  await publisher.tell({ op: 'publish', event: seedEvent('torture', { end: true }) });

  for (const { socket, pings } of readers) {
    await socket.text((text) => text.endsWith('"data":{"end":true}}'), 'the last event', 30_000 * slowness);
    let due = pings;
    await socket.frames.first((item) => item.code === opcode.pong && --due === 0, 'all pongs');
    const events = socket.texts.map((text) => JSON.parse(text));
    const pongs = socket.frames.items.filter((item) => item.code === opcode.pong).map((item) => item.payload.toString());
    assert.deepEqual(pongs, Array.from({ length: pings }, (_, i) => `ping ${i + 1}`));

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
  assert.ok(grown < (64 + 8 * 4 + 96) * 1024 * 1024 * slowness, `memory grew by ${Math.round(grown / 2 ** 20)} MiB`);
});

test('a peer that says goodbye and never reads is gone soon', async (t) => {
  const quick = await startRelay(t, { threads: 1 });
  const deaf = await RawWebSocket.open(quick.port, '/ws?match=goodbye');
  t.after(() => deaf.destroy());
  deaf.raw.socket.pause();
  for (let i = 0; i < 20; ++i)
    await quick.publish(Array.from({ length: 15 }, (_, n) => seedEvent('goodbye', { n, pad: 'x'.repeat(60_000) })));
  deaf.send(closeFrame(1000));
  await eventually(async () => (await quick.stats()).connections.current === 1, 'only the one who asks is connected',
    15_000 * slowness);
});

test('a client that never reads costs its bound and no more', async (t) => {
  const roomy = await startRelay(t, { threads: 1, set: { 'journal.retention.bytes': '1MiB' } });
  const deaf = await Promise.all(Array.from({ length: 4 }, () => RawWebSocket.open(roomy.port, '/ws?match=flood')));
  t.after(() => deaf.forEach((socket) => socket.destroy()));
  deaf.forEach((socket) => socket.raw.socket.pause());
  const lively = await PlainClient.open(t, roomy.ws('/ws?match=flood'));
  const publisher = await OpsClient.open(t, roomy);
  const before = roomy.residentBytes();
  for (let round = 0; round < 40; ++round) {
    const events = Array.from({ length: 20 }, (_, i) => seedEvent('flood', { n: 20 * round + i, pad: 'x'.repeat(50_000) }));
    await publisher.tell({ op: 'publish', events });
    await lively.events.count(20 * (round + 1), 'the round', 30_000 * slowness);
  }
  const grown = (roomy.residentBytes() - before) / 2 ** 20;
  assert.ok(grown < 80 * slowness, `memory grew by ${Math.round(grown)} MiB for 40 MB published`);
  const dropped = await eventually(async () => {
    const clients = await roomy.clients();
    return clients.filter((client) => client.events_dropped > 0).length >= 4 && clients;
  }, 'the drops are counted', patience);
  assert.ok(dropped.every((client) => client.queued_bytes <= 5 * 2 ** 20));
});
