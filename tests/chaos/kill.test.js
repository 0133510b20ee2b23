// A relay under load that is killed again and again: what it acknowledged is there, once, whenever that was.
//
// SENECA_CHAOS_ROUNDS (default 10) kills, at random moments of SENECA_CHAOS_SEED (default: the time, printed).

import assert from 'node:assert/strict';
import http from 'node:http';
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';
import { test } from 'node:test';

import { senecactl } from '../integration/support/ctl.js';
import { startRelay } from '../integration/support/relay.js';
import { tempDirectory } from '../integration/support/temp.js';

const rounds = Number(process.env.SENECA_CHAOS_ROUNDS ?? 10);
const publishers = 4;
const perRequest = 250;

/** Numbers in [0, 1) from a seed, so that a run can be had again. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Publishes until the relay is gone; [from, to) of what was acknowledged is added to `acknowledged`. */
async function publish(relay, name, next, acknowledged) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const send = (body) =>
    new Promise((resolve) => {
      const request = http.request(
        `${relay.url}/api/v1/events`,
        { method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } },
        (response) => response.resume().on('end', () => resolve(response.statusCode)).on('error', () => resolve(0)),
      );
      request.on('error', () => resolve(0));
      request.end(body);
    });
  for (;;) {
    const from = next[name];
    next[name] += perRequest;
    const events = Array.from({ length: perRequest }, (_, i) => ({
      type: 'chaos.tick',
      data: { id: `${name}-${from + i}` },
    }));
    const status = await send(Buffer.from(JSON.stringify(events)));
    if (status !== 202) return agent.destroy();
    acknowledged.push([name, from]);
  }
}

/** The ids in the journal, in their order. */
async function ids(directory) {
  const child = spawn(senecactl, ['export', '--data-dir', directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const all = [];
  let offset = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    assert.equal(Number(event.sequence), ++offset, 'offsets have no holes');
    all.push(event.data.id);
  }
  return all;
}

test(`after ${rounds} kills everything acknowledged is there once`, async (t) => {
  const seed = Number(process.env.SENECA_CHAOS_SEED ?? Date.now() % 2 ** 32);
  t.diagnostic(`seed ${seed}`);
  const chance = random(seed);
  const directory = tempDirectory();
  const next = {};
  const acknowledged = [];
  let slowest = 0;
  for (let round = 0; round < rounds; ++round) {
    const started = performance.now();
    const relay = await startRelay(null, { args: ['--data-dir', directory], log: [/./] });
    slowest = Math.max(slowest, performance.now() - started);
    const sending = Array.from({ length: publishers }, (_, i) =>
      publish(relay, `p${i}`, (next[`p${i}`] ??= 0, next), acknowledged),
    );
    await new Promise((resolve) => setTimeout(resolve, 100 + 600 * chance()));
    await relay.kill();
    await Promise.all(sending);
  }
  const kept = await ids(directory);
  const set = new Set(kept);
  assert.equal(set.size, kept.length, 'nothing is there twice');
  let count = 0;
  for (const [name, from] of acknowledged)
    for (let i = 0; i < perRequest; ++i, ++count) assert.ok(set.has(`${name}-${from + i}`), `${name}-${from + i}`);
  t.diagnostic(`${count} acknowledged, ${kept.length} kept, slowest start ${Math.round(slowest)} ms`);
  assert.ok(count > rounds * perRequest, 'it was under load');
});
