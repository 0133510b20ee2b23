// serve --demo and serve --stdin: events without any Marcus.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PlainClient, connectedSocketIo } from './support/clients.js';
import { assertNumbered, numbered } from './support/events.js';
import { startRelay } from './support/relay.js';
import { slowness } from './support/wait.js';

test('the demo brings every kind of event a page shows', async (t) => {
  const relay = await startRelay(t, { set: { sources: '[{"type":"demo","rate":400}]' } });
  const socket = await connectedSocketIo(t, relay);
  const kinds = [
    'agent_update',
    'task_update',
    'project_update',
    'health_update',
    'decision_event',
    'conversation_event',
    'blocker_event',
  ];
  for (const kind of kinds) {
    const item = await socket.inbox.first((each) => each.event === kind, kind, 60_000 * slowness);
    assert.equal(typeof item.data, 'object');
  }
  const [source] = (await relay.stats()).sources;
  assert.equal(source.type, 'demo');
});

test('--demo is all a newcomer needs', async (t) => {
  const relay = await startRelay(t, { args: ['--demo'] });
  assert.ok(relay.facts.demo);
  const client = await PlainClient.open(t, relay.ws());
  await client.events.count(5, 'five events', 30_000 * slowness);
});

test('--stdin takes an event a line', async (t) => {
  const relay = await startRelay(t, { args: ['--stdin'], stdin: 'pipe', log: [/ingest/] });
  const client = await PlainClient.open(t, relay.ws('/ws?match=piped'));
  const lines = numbered(100, { type: 'piped' }).map((event) => JSON.stringify(event));
  lines.splice(50, 0, 'not json', '');
  relay.ctl.stdin.write(`${lines.join('\n')}\n`);
  assertNumbered(await client.events.count(100), 0, 99);
  relay.ctl.stdin.end(JSON.stringify(numbered(1, { type: 'piped', from: 100 })[0]));
  assertNumbered(await client.events.count(101), 0, 100);
  assert.equal((await relay.get('/healthz')).status, 200, 'the end of the input is not the end of the relay');
});
