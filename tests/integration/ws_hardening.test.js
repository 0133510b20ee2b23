// Frames nobody should send, on both WebSocket endpoints.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { PlainClient } from './support/clients.js';
import { seedEvent } from './support/events.js';
import { RawWebSocket, closeFrame, deflated, frame, offersDeflate, opcode, textFrame } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { slowness } from './support/wait.js';

let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stopAlive());

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
  RSV1: [1002, textFrame('x', { rsv: 4 })],
  RSV2: [1002, textFrame('x', { rsv: 2 })],
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
  'a close reason that is no UTF-8': [
    1007,
    frame(opcode.close, Buffer.concat([Buffer.from([0x03, 0xe8]), bad])),
  ],
  'a message above the limit': [1009, frame(opcode.text, '', { declared: 1_000_001 })],
  'fragments above the limit': [
    1009,
    [textFrame('x'.repeat(600_000), { fin: false }), frame(opcode.continuation, 'x'.repeat(600_000))],
  ],
  'more than 1,024 fragments': [
    1008,
    [
      textFrame('x', { fin: false }),
      Buffer.concat(Array.from({ length: 1030 }, () => frame(opcode.continuation, 'x', { fin: false }))),
    ],
  ],
  'a flood of pings': [1008, Buffer.concat(Array.from({ length: 2000 }, () => frame(opcode.ping)))],
  'a normal close': [1000, closeFrame(1000, 'done')],
  'a close of the application': [4321, closeFrame(4321)],
};

const packed = (payload, options) => textFrame(payload, { rsv: 4, ...options });
const hello = deflated('{"type":"hello"}');
// Noop on Engine.IO, an event refused on /ws.
const earlier = `6${'what was said before '.repeat(9)}`;
const packedRows = {
  'RSV1 on what is not compressed': [1007, packed('{"type":"a"}')],
  'RSV1 on nothing': [1007, packed('')],
  'compressed data cut short': [1007, packed(hello.subarray(0, -2))],
  'bytes behind the compressed data': [1007, packed(Buffer.concat([hello, Buffer.from('more')]))],
  'compressed bad UTF-8': [1007, packed(deflated(bad))],
  'a context taken over': [1007, [packed(deflated(earlier)), packed(deflated(earlier, Buffer.from(earlier)))]],
  'a bomb': [1009, packed(deflated(Buffer.alloc(100_000_000)))],
  'a bomb in fragments': [
    1009,
    [
      packed(deflated(Buffer.alloc(2_000_000)), { fin: false }),
      frame(opcode.continuation, Buffer.from([0]), { fin: true }),
    ],
  ],
  'RSV1 and RSV2': [1002, textFrame(hello, { rsv: 6 })],
  'RSV1 on a continuation': [
    1002,
    [packed(hello, { fin: false }), frame(opcode.continuation, '', { rsv: 4 })],
  ],
  'RSV1 on a ping': [1002, frame(opcode.ping, hello, { rsv: 4 })],
  'RSV1 on a close': [1002, frame(opcode.close, '', { rsv: 4 })],
};

describe('frames on', { concurrency: true }, () => {
  for (const target of ['/ws?match=none', '/socket.io/?EIO=4&transport=websocket']) {
    describe(target, { concurrency: 8 }, () => {
      for (const [what, [code, bytes]] of Object.entries(rows)) test(what, () => closes(code, target, bytes));
      for (const [what, [code, bytes]] of Object.entries(packedRows))
        test(`with compression: ${what}`, () => closes(code, target, bytes, { headers: [offersDeflate] }));

      test('a bad frame in the segment of the upgrade', async () => {
        for (const early of [textFrame('x', { rsv: 4 }), textFrame('x', { masked: false })])
          await closes(1002, target, [], { early });
      });

      test('pings are answered with their payload, between fragments too', async () => {
        const socket = await RawWebSocket.open(relay.port, target);
        const messages = socket.texts.length;
        socket.send(
          Buffer.concat([
            frame(opcode.ping, 'one'),
            textFrame('{"type":', { fin: false }),
            frame(opcode.ping, 'x'.repeat(125)),
          ]),
        );
        const pongs = await socket.frames.when((items) => {
          const found = items
            .filter((item) => item.code === opcode.pong)
            .map((item) => item.payload.toString());
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
});

test('200 frames in one segment are all handled', async (t) => {
  const reader = await PlainClient.open(t, relay.ws('/ws?match=segment'));
  const frames = Array.from({ length: 200 }, (_, n) =>
    textFrame(JSON.stringify(seedEvent('segment', { n }))),
  );
  const socket = await RawWebSocket.open(relay.port, '/ws?match=none', { early: Buffer.concat(frames) });
  const events = await reader.events.count(200);
  assert.deepEqual(
    events.map((event) => event.data.n),
    Array.from({ length: 200 }, (_, n) => n),
  );
  socket.destroy();
});

test('a message cut at every byte is understood', async (t) => {
  const reader = await PlainClient.open(t, relay.ws('/ws?match=cut'));
  const socket = await RawWebSocket.open(relay.port, '/ws?match=none');
  const text = JSON.stringify(seedEvent('cut', { text: 'žluťoučký kůň 🐎' }));
  const bytes = Buffer.from(text);
  const fragments = [...bytes].map((byte, i) =>
    frame(i === 0 ? opcode.text : opcode.continuation, Buffer.from([byte]), { fin: i === bytes.length - 1 }),
  );
  const stream = Buffer.concat(fragments);
  await socket.raw.sendPieces(Array.from({ length: stream.length }, (_, i) => stream.subarray(i, i + 1)));
  assert.equal((await reader.events.first()).data.text, 'žluťoučký kůň 🐎');
  socket.destroy();
});

test('a peer that never answers a close is gone soon', async (t) => {
  const socket = await RawWebSocket.open(relay.port, '/socket.io/?EIO=4&transport=websocket');
  t.after(() => socket.destroy());
  socket.send(textFrame('8'));
  await socket.frames.first((item) => item.code === opcode.close, 'the close frame');
  await socket.raw.end('the end without an answer', 6000 * slowness);
});
