// socket.io-client, the newest and the oldest that is promised to work, by every transport.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { io as newest } from 'socket.io-client';
import { io as older } from 'socket.io-client-4.5';

import { connectedSocketIo } from './support/clients.js';
import { assertNumbered, numbered } from './support/events.js';
import { cell, matrix } from './support/matrix.js';
import { MatrixDriver } from './support/matrix_driver.js';
import { startRelay } from './support/relay.js';
import { Remote } from './support/remote.js';
import { eventually } from './support/wait.js';

for (const [version, io] of Object.entries({ '4.8': newest, 4.5: older })) {
  const name = `socket.io-client ${version}`;

  matrix(name, () => {
    const driver = new MatrixDriver(io, (report) => remote.take(report));
    const remote = new Remote((command) => driver.obey(command));
    // Recovery came with 4.6.
    return { remote, stop() {}, reasons: true, ordered: true, recovers: version === '4.8' };
  });

  for (const threads of [1, 2, 4]) {
    test(cell(name, 'upgrade', 'nothing is lost meanwhile', threads), async (t) => {
      const relay = await startRelay(t, { threads });
      const events = 2000;
      const socket = await connectedSocketIo(t, relay, { io, transports: ['polling', 'websocket'] });
      const all = (async () => {
        for (let from = 0; from < events; from += 20)
          await relay.publish(numbered(20, { type: 'agent.step', from }));
      })();
      await eventually(() => socket.io.engine.transport.name === 'websocket', 'the transport is upgraded');
      await all;
      await socket.inbox.first((item) => item.data.data?.n === events - 1, 'the last event');
      const seen = socket.inbox.items.filter((item) => item.event === 'agent_update');
      assertNumbered(
        seen.map((item) => item.data),
        0,
        events - 1,
      );
    });
  }
}
