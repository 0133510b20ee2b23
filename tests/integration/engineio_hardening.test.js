// Engine.IO and Socket.IO packets nobody should send, as frames on the WebSocket transport.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { connectedSocketIo } from './support/clients.js';
import { seedEvent } from './support/events.js';
import { RawWebSocket, frame, opcode, textFrame, openEngineIo } from './support/raw_ws.js';
import { startRelay } from './support/relay.js';
import { slowness } from './support/wait.js';

const endpoint = '/socket.io/?EIO=4&transport=websocket';
let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stopAlive());

const open = (t) => openEngineIo(t, relay);

/** A client in the namespace "/". */
async function joined(t) {
  const socket = await open(t);
  socket.send(textFrame('40'));
  const answer = await socket.text((text) => text.startsWith('40'), 'the CONNECT reply');
  socket.sid = JSON.parse(answer.slice(2)).sid;
  return socket;
}

describe('the connection is closed on', () => {
  const beforeConnect = {
    'an unknown Engine.IO packet': '8',
    'another one': '7',
    'an empty packet': '',
    'a ping of the client': '2',
    'a probe': '2probe',
    'bad base64': 'b***',
    'an event before CONNECT': '42["publish",{"type":"x","data":1}]',
    'a DISCONNECT before CONNECT': '41',
    'a binary event before CONNECT': '451-["x",{"_placeholder":true,"num":0}]',
    'a CONNECT whose payload is no object': '40"x"',
    'a CONNECT whose payload is an array': '40[]',
  };
  const afterConnect = {
    'an unknown packet type': '49',
    'a packet without type': '4',
    'a second CONNECT': '40',
    'a CONNECT_ERROR of the client': '44{"message":"x"}',
    'an event that is an object': '42{}',
    'an event that is a text': '42"x"',
    'an empty event': '42[]',
    'an event whose name is true': '42[true]',
    'an event whose name is null': '42[null]',
    'an event whose name is an array': '42[["a"]]',
    'an event whose name is an object': '42[{"toString":"foo"}]',
    'bad JSON': '42["x"',
    'JSON with a tail': '42["x"]x',
    'a DISCONNECT with payload': '41{}',
    'a binary event without number': '45',
    'a binary event without dash': '451',
    'a binary event with a letter': '45a-["x"]',
    'a binary event with a fraction': '451.23-["x"]',
    'no attachments': '450-["x"]',
    '11 attachments': '4511-["x"]',
    'a placeholder with a name': '451-["a",{"_placeholder":true,"num":"length"}]',
    'a placeholder below 0': '451-["a",{"_placeholder":true,"num":-1}]',
    'a placeholder above all': '451-["a",{"_placeholder":true,"num":1000000000}]',
    'an ack id of 20 digits': '4212345678901234567890["x"]',
    'an ack id of 100,000 digits': `42${'1'.repeat(100_000)}["x"]`,
    'a namespace of 10 KB': `42/${'n'.repeat(10_000)},["x"]`,
    'brackets without end': `42${'['.repeat(900_000)}`,
    'digits without end': `45${'1'.repeat(900_000)}-`,
  };
  for (const name of [
    'connect',
    'connect_error',
    'disconnect',
    'disconnecting',
    'newListener',
    'removeListener',
  ])
    afterConnect[`the reserved name ${name}`] = `42["${name}"]`;

  for (const [what, packet] of Object.entries(beforeConnect)) {
    test(what, async (t) => {
      const socket = await open(t);
      socket.send(textFrame(packet));
      assert.equal(await socket.closeCode(), 1002);
    });
  }
  for (const [what, packet] of Object.entries(afterConnect)) {
    test(what, async (t) => {
      const socket = await joined(t);
      socket.send(textFrame(packet));
      assert.equal(await socket.closeCode(), 1002);
    });
  }

  test('text in the place of an attachment', async (t) => {
    const socket = await joined(t);
    socket.send(Buffer.concat([textFrame('451-["x",{"_placeholder":true,"num":0}]'), textFrame('42["x"]')]));
    assert.equal(await socket.closeCode(), 1002);
  });

  test('binary that belongs to nothing', async (t) => {
    const socket = await joined(t);
    socket.send(frame(opcode.binary, Buffer.from([1, 2, 3])));
    assert.equal(await socket.closeCode(), 1002);
    const encoded = await joined(t);
    encoded.send(textFrame('bAQID'));
    assert.equal(await encoded.closeCode(), 1002);
  });

  test('the close packet of Engine.IO, normally', async (t) => {
    const socket = await joined(t);
    socket.send(textFrame('41'));
    socket.send(textFrame('1'));
    assert.equal(await socket.closeCode(), 1000);
  });

  test('attachments that do not come within 10 s', async (t) => {
    const socket = await joined(t);
    const start = Date.now();
    socket.send(textFrame('452-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'));
    socket.send(frame(opcode.binary, 'one'));
    assert.equal(await socket.closeCode('the close', 30_000 * slowness), 1008);
    const seconds = (Date.now() - start) / 1000;
    assert.ok(seconds > 8 && seconds < 13 + 10 * (slowness - 1), `closed after ${seconds} s`);
  });
});

describe('the connection lives on', () => {
  /** It answers an event. */
  async function alive(socket) {
    socket.send(textFrame('427["join","still-alive"]'));
    assert.equal(await socket.text((text) => text.startsWith('437')), '437[{"ok":true}]');
  }

  const ignored = {
    'an open packet': '0{}',
    'an upgrade packet': '5',
    'a noop': '6',
    'a pong nobody asked for': '3',
    'an ack of nothing': '431[1]',
    'an ack without id': '43[1]',
    'an event without payload': '42',
    'an event for a namespace not joined': '42/elsewhere,["x"]',
    'a leave of a namespace not joined': '41/elsewhere,',
    'an event whose name is a number': '42[7]',
    'an event nobody knows': '42["no_such_thing",{"a":[1,2]}]',
    'an event named like a member of every object': '42["__proto__",1]',
  };
  for (const [what, packet] of Object.entries(ignored)) {
    test(`after ${what}`, async (t) => {
      const socket = await joined(t);
      socket.send(textFrame(packet));
      await alive(socket);
    });
  }

  test('after an unknown namespace was refused', async (t) => {
    const socket = await open(t);
    socket.send(textFrame('40/nowhere,{"token":1}'));
    assert.equal(
      await socket.text((text) => text.startsWith('44')),
      '44/nowhere,{"message":"Invalid namespace"}',
    );
    socket.send(textFrame('40/nowhere'));
    socket.send(textFrame('40{"token":1}'));
    await socket.text((text) => text.startsWith('40{'));
    await alive(socket);
  });

  test('after binary that came in frames and in base64', async (t) => {
    const socket = await joined(t);
    socket.send(textFrame('452-1["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]'));
    socket.send(frame(opcode.binary, 'one'));
    socket.send(textFrame('bdHdv'));
    assert.match(await socket.text((text) => text.startsWith('431')), /binary_unsupported/);
    await alive(socket);
  });

  test('after it left its namespace, which it may join again', async (t) => {
    const socket = await joined(t);
    socket.send(textFrame('41'));
    socket.send(textFrame('42["publish",{"type":"x","data":1}]'));
    socket.send(textFrame('40'));
    await socket.frames.when(
      (items) => items.filter((item) => item.text?.startsWith('40')).length >= 2,
      'a second sid',
    );
    const [first, second] = socket.texts.filter((text) => text.startsWith('40'));
    assert.notEqual(first, second);
    await alive(socket);
  });
});

test('packets in one segment with the upgrade are all handled', async (t) => {
  const early = Buffer.concat([
    textFrame('40'),
    ...Array.from({ length: 200 }, (_, i) => textFrame(`42${i}["join","r"]`)),
  ]);
  const socket = await RawWebSocket.open(relay.port, endpoint, { early });
  t.after(() => socket.destroy());
  await socket.text((text) => text.startsWith('43199'));
  assert.equal(socket.texts.filter((text) => text.startsWith('43')).length, 200);
});

test('a client that does not answer pings is closed', async (t) => {
  const quick = await startRelay(t, { set: { 'server.ping_interval': 1, 'server.ping_timeout': 1 } });
  const socket = await RawWebSocket.open(quick.port, endpoint);
  t.after(() => socket.destroy());
  socket.send(textFrame('40'));
  await socket.text((text) => text === '2', 'a ping', 20_000 * slowness);
  socket.send(textFrame('3'));
  await socket.frames.when(
    (items) => items.filter((item) => item.text === '2').length >= 2,
    'a second ping',
    20_000 * slowness,
  );
  assert.equal(await socket.closeCode('the close', 20_000 * slowness), 1008);
});

test('bad clients do not disturb good ones', async (t) => {
  const good = await connectedSocketIo(t, relay);
  for (let i = 0; i < 50; ++i) {
    const socket = await joined(t);
    socket.send(textFrame(i % 2 ? '451-["x",{"_placeholder":true,"num":9}]' : '42['));
    await relay.publish(seedEvent('agent.tick', { n: i }));
  }
  const items = await good.inbox.count(51);
  assert.deepEqual(
    items.slice(1).map((item) => item.data.data.n),
    Array.from({ length: 50 }, (_, i) => i),
  );
});
