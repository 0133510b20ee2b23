// POST /api/v1/events in all its forms.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertNumbered, cloudEvent, numbered, seedEvent } from './support/events.js';
import { exchange, request } from './support/raw.js';
import { startRelay } from './support/relay.js';
import { bomb, manyEvents, oneEvent } from './support/zstd_bodies.js';

const path = '/api/v1/events';
let relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.stop());

function post(body, headers = { 'content-type': 'application/json' }) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
  return relay.request('POST', path, {
    headers: { ...headers, 'content-length': bytes.length },
    body: bytes,
  });
}

/** What was published, as the log has it. */
async function logged(answer) {
  const { first_offset: first, accepted } = answer.json();
  return (await relay.get(`${path}?since=${first}&limit=${accepted}`)).json().events;
}

async function accepted(body, headers) {
  const answer = await post(body, headers);
  assert.equal(answer.status, 202, answer.text);
  return logged(answer);
}

async function refused(status, code, body, headers) {
  const before = (await relay.stats()).log.newest;
  const answer = await post(body, headers);
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  const problem = answer.json();
  assert.equal(problem.code, code, answer.text);
  assert.equal(problem.status, status);
  assert.ok(problem.title && problem.detail, answer.text);
  assert.equal((await relay.stats()).log.newest, before, 'nothing of it was taken in');
  return problem;
}

describe('accepted:', () => {
  test('an event of the seed', async () => {
    const answer = await post(
      JSON.stringify({
        type: 'agent.status.changed',
        timestamp: '2024-05-06T07:08:09Z',
        source: 'marcus',
        data: { agent_id: 'agent-1' },
        metadata: { severity: 'error', category: 'x' },
      }),
    );
    const body = answer.json();
    assert.deepEqual([body.accepted, body.first_offset], [1, body.last_offset]);
    const [event] = await logged(answer);
    assert.equal(event.type, 'agent.status.changed');
    assert.equal(event.source, '/seneca/marcus');
    assert.equal(event.severitytext, 'error');
    assert.equal(event.data.agent_id, 'agent-1');
    assert.equal(event.sequence, String(body.first_offset));
  });

  test('an event of Marcus', async () => {
    const [event] = await accepted(
      JSON.stringify({
        event_id: 'evt_1',
        timestamp: '2026-03-03T23:53:00+00:00',
        event_type: 'task_assigned',
        source: 'marcus',
        data: { agent_id: 'agent-1', task_id: 't-1' },
        metadata: {},
      }),
    );
    assert.match(event.type, /^task\./);
  });

  test('a CloudEvent, alone, in a batch and in binary mode', async () => {
    const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
    const [one] = await accepted(
      JSON.stringify(cloudEvent('ce.one', { n: 0 }, { id: 'a-1', myextension: 7 })),
      structured,
    );
    assert.deepEqual([one.id, one.source, one.myextension], ['a-1', '/integration-test', 7]);

    const batch = [cloudEvent('ce.many', { n: 0 }), cloudEvent('ce.many', { n: 1 })];
    assertNumbered(
      await accepted(JSON.stringify(batch), { 'content-type': 'application/cloudevents-batch+json' }),
      0,
      1,
    );

    const binary = { 'ce-specversion': '1.0', 'ce-id': 'b-1', 'ce-type': 'ce.binary', 'ce-source': '/me' };
    const [json] = await accepted('{"n":1e2}', { ...binary, 'content-type': 'application/json' });
    assert.deepEqual([json.id, json.type, json.data], ['b-1', 'ce.binary', { n: 100 }]);
    const [text] = await accepted('hello', { ...binary, 'ce-id': 'b-2', 'content-type': 'text/plain' });
    assert.equal(text.data, 'hello');
    const [bytes] = await accepted(Buffer.from([0, 1, 255]), {
      ...binary,
      'ce-id': 'b-3',
      'content-type': 'application/octet-stream',
    });
    assert.equal(bytes.data_base64, 'AAH/');
  });

  test('arrays and NDJSON', async () => {
    assertNumbered(await accepted(JSON.stringify(numbered(100))), 0, 99);
    const lines = numbered(100)
      .map((event) => JSON.stringify(event))
      .join('\r\n\n');
    assertNumbered(await accepted(`${lines}\n`, { 'content-type': 'application/x-ndjson' }), 0, 99);
    const empty = await post('[]');
    assert.deepEqual([empty.status, empty.json()], [202, { accepted: 0 }]);
  });

  test('bodies compressed with zstd', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'zstd' };
    assert.equal((await accepted(oneEvent, headers))[0].type, 'zstd.one');
    assertNumbered(await accepted(manyEvents, headers), 0, 499);
  });

  test('what curl sends by default', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.equal((await accepted(JSON.stringify(seedEvent('curl.one')), form))[0].type, 'curl.one');
  });

  test('numbers beyond 64 bits and escaped NUL, kept as they are', async () => {
    const answer = await post('{"type":"verbatim","data":{"big":18446744073709551616,"nul":"a\\u0000b"}}');
    const { first_offset: offset } = answer.json();
    const text = (await relay.get(`${path}?since=${offset}&limit=1`)).text;
    assert.ok(text.includes('"data":{"big":18446744073709551616,"nul":"a\\u0000b"}'), text);
  });
});

describe('refused, with nothing taken in:', () => {
  const event = (data) => `{"type":"x","data":${data}}`;
  const rows = [
    ['depth above 64', 400, 'bad_json', event('['.repeat(70) + ']'.repeat(70))],
    [
      'invalid UTF-8',
      400,
      'bad_json',
      Buffer.concat([Buffer.from('{"type":"x","data":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
    [
      'overlong UTF-8',
      400,
      'bad_json',
      Buffer.concat([Buffer.from('{"type":"x","data":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    ],
    ['a lone surrogate', 400, 'bad_json', event('"\\ud800"')],
    ['NaN', 400, 'bad_json', event('NaN')],
    ['Infinity', 400, 'bad_json', event('-Infinity')],
    ['a number that is no finite one', 400, 'bad_json', event('1e400')],
    ['a duplicate key of the envelope', 400, 'duplicate_key', '{"type":"x","data":1,"type":"y"}'],
    ['trailing bytes', 400, 'bad_json', `${event('1')}x`],
    ['a byte order mark', 400, 'bad_json', `\ufeff${event('1')}`],
    ['a room with a line break', 400, 'bad_room', '{"type":"x","data":1,"room":"a\\rb"}'],
    ['a room with a star', 400, 'bad_room', '{"type":"x","data":1,"room":"a*"}'],
    ['a room with a >', 400, 'bad_room', '{"type":"x","data":1,"room":"a>"}'],
    [
      '100,000 keys',
      400,
      'bad_json',
      event(`{${Array.from({ length: 100_000 }, (_, i) => `"${i}":1`).join()}}`),
    ],
    ['data above its limit', 413, 'too_large', event(`"${'x'.repeat(64_001)}"`)],
    ['an empty body', 400, 'bad_json', ''],
    ['something that is no object', 400, 'not_object', '7'],
    ['no type', 400, 'missing_field', '{"specversion":"1.0","id":"1","source":"/x"}'],
    [
      'a CloudEvent of another version',
      400,
      'bad_field',
      '{"specversion":"0.3","id":"1","source":"/x","type":"t"}',
    ],
    ['OTLP', 400, 'unsupported_envelope', '{"resourceLogs":[]}'],
    ['a priority nobody knows', 400, 'bad_priority', '{"type":"x","data":1,"priority":"urgent!"}'],
    ['a raw control character', 400, 'bad_json', event('"a\u0001b"')],
    [
      'more events than a body may hold',
      413,
      'too_many_events',
      `[${Array(10_001).fill('{"type":"x","data":1}').join()}]`,
    ],
  ];
  for (const [what, status, code, body] of rows) test(what, () => refused(status, code, body));

  test('a key of a megabyte', async () => {
    const answer = await post(event(`{"${'k'.repeat(900_000)}":1}`));
    assert.ok(answer.status === 400 || answer.status === 413, answer.text);
  });

  test('a body above the limit, before it is sent', async () => {
    const { responses } = await exchange(relay.port, request('POST', path, { 'Content-Length': 1_000_001 }));
    assert.equal(responses[0].status, 413);
    assert.equal(responses[0].json().code, 'body_too_large');
  });

  test('a batch with one bad event, naming its place', async () => {
    const batch = [seedEvent('a'), seedEvent('b'), seedEvent('c d'), seedEvent('e')];
    const problem = await refused(400, 'bad_type', JSON.stringify(batch));
    assert.match(problem.detail, /\[2\]/);
    const lines = batch.map((each) => JSON.stringify(each)).join('\n');
    const inLines = await refused(400, 'bad_type', lines, { 'content-type': 'application/x-ndjson' });
    assert.match(inLines.detail, /line 3/);
  });

  test('an encoding nobody asked for, bad zstd and a zstd bomb', async () => {
    const json = { 'content-type': 'application/json' };
    await refused(415, 'unsupported_encoding', '{}', { ...json, 'content-encoding': 'gzip' });
    const zstd = { ...json, 'content-encoding': 'zstd' };
    const damaged = await post(manyEvents.subarray(0, 200), zstd);
    assert.equal(damaged.status, 400, damaged.text);
    const bombed = await post(bomb, zstd);
    assert.equal(bombed.status, 413, bombed.text);
  });

  test('a media type nobody knows', () =>
    refused(415, 'unsupported_media_type', '<event/>', { 'content-type': 'application/xml' }));
});
