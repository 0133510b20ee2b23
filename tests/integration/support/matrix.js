// The matrix of Socket.IO clients: each does the same by every transport, on one shard and on several. A cell is one
// test, named "client | transport | case | shards"; scripts/test counts them by that.

import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { fixturePlugins } from './ctl.js';
import { cases } from './matrix_cases.js';
import { startRelay } from './relay.js';

const transports = {
  polling: ['polling'],
  websocket: ['websocket'],
  upgrade: ['polling', 'websocket'],
};

const plugin = (name) => JSON.stringify([{ path: name }]);
const configurations = {
  plain: {},
  echo: { plugins: plugin('echo'), 'rooms.greeting': false },
  recovering: { 'server.recovery_window': 60 },
  told: { plugins: plugin(path.join(fixturePlugins, 'session.so')) },
};

/** The name of a cell. */
export const cell = (client, transport, what, shards) =>
  `${client} | ${transport} | ${what} | ${shards} ${shards === 1 ? 'shard' : 'shards'}`;

/**
 * The cells of one client. `start` returns its driver: {remote, stop(), origin, reasons, ordered, recovers}; origin is the
 * web page's, if it runs in one; reasons, whether it tells why it was disconnected; ordered, whether it hands events on
 * in their order; recovers, whether it asks for its old session.
 */
export function matrix(name, start, { shards = [1, 2, 4] } = {}) {
  for (const threads of shards) {
    describe(`${name} on ${threads}`, () => {
      const relays = {};
      let driver;
      let settings;
      before(async () => {
        driver = await start();
        settings = driver.origin && { 'server.cors_allowed_origins': JSON.stringify([driver.origin]) };
        for (const [kind, set] of Object.entries(configurations))
          relays[kind] = await startRelay(null, { threads, set: { ...set, ...settings } });
      });
      after(async () => {
        await driver?.stop();
        for (const relay of Object.values(relays)) await relay.stopAlive();
      });

      for (const [transport, names] of Object.entries(transports)) {
        for (const [what, run] of Object.entries(cases)) {
          test(cell(name, transport, what, threads), async (t) => {
            const opened = [];
            const open = async (relay, options) => {
              const { url = relay.url, namespaces = ['/'], ...rest } = options ?? {};
              const client = await driver.remote.open({ url, transports: names, namespaces, ...rest });
              opened.push(client);
              return client;
            };
            const another = (options) => startRelay(t, { threads, set: settings ?? {}, ...options });
            try {
              await run({ t, open, relays, another, transport, driver });
            } finally {
              for (const client of opened) await client.close();
            }
          });
        }
      }
    });
  }
}
