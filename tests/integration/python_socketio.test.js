// python-socketio's client, as the distribution has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { numbered } from './support/events.js';
import { cell, matrix } from './support/matrix.js';
import { pythonName, startPython } from './support/python.js';
import { startRelay } from './support/relay.js';

const name = pythonName();
matrix(name, startPython);

for (const threads of [1, 2]) {
  const connected = async (t) => {
    const driver = await startPython();
    t.after(() => driver.stop());
    const relay = await startRelay(t, { threads });
    const client = await driver.remote.open({ url: relay.url, transports: ['polling'], namespaces: ['/'] });
    await client.hears('connection_established');
    return { relay, client };
  };
  const most = (client, what) =>
    Math.max(...client.reports.items.filter((each) => each.what === what).map(({ packets }) => packets));

  // The client drops the connection when a poll carries more.
  test(cell(name, 'polling', 'a poll carries at most 16 packets', threads), async (t) => {
    const { relay, client } = await connected(t);
    await relay.publish(numbered(200, { type: 'agent.step' }));
    for (let n = 0; n < 200; ++n) await client.hears('agent_update');
    assert.equal(most(client, 'polled'), 16);
    await client.close();
  });

  test(cell(name, 'polling', 'a POST may carry more than 16 packets', threads), async (t) => {
    const { client } = await connected(t);
    await client.burst('join', 40);
    assert.equal((await client.call('join', 'last'))[0].ok, true);
    assert.ok(most(client, 'posted') >= 39, String(most(client, 'posted')));
    await client.close();
  });
}
