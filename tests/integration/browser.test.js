// socket.io-client's bundle in a browser, on a page of another origin than the relay's; and what else browsers bring.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Chromium } from './support/chromium.js';
import { seedEvent } from './support/events.js';
import { cell, matrix } from './support/matrix.js';
import { startRelay } from './support/relay.js';
import { Remote } from './support/remote.js';
import { tcpProxy } from './support/tcp_proxy.js';
import { startGuarded, token } from './support/tokens.js';
import { eventually } from './support/wait.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const bundle = path.join(path.dirname(createRequire(import.meta.url).resolve('socket.io-client/package.json')), 'dist');
const files = {
  '/socket.io.min.js': path.join(bundle, 'socket.io.min.js'),
  '/matrix_driver.js': path.join(here, 'support', 'matrix_driver.js'),
};
const client = 'Chromium';
const page = `<!doctype html><link rel="icon" href="data:,"><script src="/socket.io.min.js"></script>
<script type="module">
  import { MatrixDriver } from '/matrix_driver.js';
  window.driver = new MatrixDriver(io, (report_) => report(JSON.stringify(report_)));
</script>`;

/** A web server with the page above: {origin, close()}. */
async function startPages() {
  const server = http.createServer((request, response) => {
    const file = files[request.url];
    response.setHeader('content-type', file ? 'text/javascript' : 'text/html');
    response.end(file ? readFileSync(file) : page);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

/** A browser and its web server: {origin, open(url), stop()}. */
async function startBrowser() {
  const pages = await startPages();
  const browser = await Chromium.start();
  const open = async (url) => {
    const tab = await browser.page();
    await tab.goto(url);
    return tab;
  };
  const stop = async () => {
    await browser.stop();
    pages.close();
  };
  return { origin: pages.origin, open, stop };
}

matrix(client, async () => {
  const { origin, open, stop } = await startBrowser();
  const tab = await open(origin);
  const remote = new Remote((command) => tab.evaluate(`void driver.obey(${JSON.stringify(command)})`));
  tab.onReport = (report) => remote.take(report);
  return { remote, stop, origin, reasons: true, ordered: true, recovers: true };
});

test("the relay's page shows events as they come, and asks for a token where one is needed", async (t) => {
  const browser = await startBrowser();
  t.after(() => browser.stop());
  const relay = await startGuarded(t);
  const publish = async (n) => {
    const answer = await relay.as(token(['writer']), 'POST', '/api/v1/events', seedEvent('agent.moved', { n }));
    assert.equal(answer.status, 202, answer.text);
  };
  await publish('before');
  const tab = await browser.open(`${relay.url}/`);
  const until = (what, condition) => eventually(() => tab.evaluate(condition), what);
  const give = (text) =>
    tab.evaluate(`byId('token').value = ${JSON.stringify(text)}; byId('login').requestSubmit(); true`);
  await until('it asks', `!byId('login').hidden && byId('state').textContent.includes('asks for a token')`);
  await give(token(['reader'], { key: 'x'.repeat(40) }));
  await until('a bad one is refused', `byId('state').textContent.includes('refuses')`);
  await give('no token');
  await until('what is no token is not sent', `byId('state').textContent.includes('no token')`);
  await give(token(['reader']));
  await until('what was there before is shown', `byId('rows').textContent.includes('before') && byId('login').hidden`);
  await publish('after');
  await until('what comes is shown', `byId('rows').textContent.includes('after')`);
  await until('statistics are for admins', `document.querySelector('.cards').hidden`);
  assert.equal(await tab.evaluate('location.search + location.hash'), '');
});

for (const threads of [1, 2]) {
  describe(`${client} without Socket.IO, on ${threads}`, () => {
    let browser;
    let relay;
    before(async () => {
      browser = await startBrowser();
      relay = await startRelay(null, {
        threads,
        set: { 'server.cors_allowed_origins': JSON.stringify([browser.origin]) },
      });
    });
    after(async () => {
      await browser.stop();
      await relay.stopAlive();
    });

    const publish = (n) => relay.publish(seedEvent('agent.moved', { n }));
    const heard = (tab, n) => tab.reports.first((each) => each.n === n, `event ${n}`);

    test(cell(client, 'EventSource', 'a cut stream goes on where it ended', threads), async (t) => {
      const tab = await browser.open(browser.origin);
      const proxy = await tcpProxy(t, { host: '127.0.0.1', port: relay.port });
      await tab.evaluate(`new Promise((resolve) => {
        const stream = new EventSource('http://127.0.0.1:${proxy.port}/events?match=agent.**&named=0');
        stream.onopen = resolve;
        stream.onerror = () => report('"cut"');
        stream.onmessage = ({ data }) => report(JSON.stringify({ n: JSON.parse(data).data.n }));
      })`);
      await publish(1);
      await heard(tab, 1);
      proxy.cut();
      await tab.reports.first((each) => each === 'cut');
      await publish(2);
      await publish(3);
      proxy.mend();
      await heard(tab, 3);
      const numbers = tab.reports.items.map(({ n }) => n).filter((n) => n !== undefined);
      assert.deepEqual(numbers, [1, 2, 3]);
    });

    test(cell(client, 'WebSocket', 'publishes and hears', threads), async () => {
      const tab = await browser.open(browser.origin);
      await tab.evaluate(`new Promise((resolve, reject) => {
        window.socket = new WebSocket('${relay.ws('/ws?match=agent.**')}');
        socket.onmessage = ({ data }) => report(JSON.stringify({ n: JSON.parse(data).data.n }));
        socket.onopen = resolve;
        socket.onerror = () => reject(new Error('refused'));
      })`);
      await tab.evaluate(`socket.send('{"type":"agent.moved","source":"page","data":{"n":"own"}}')`);
      await heard(tab, 'own');
      await publish('other');
      await heard(tab, 'other');
    });

    test(cell(client, 'fetch', 'publishes after a preflight', threads), async () => {
      const tab = await browser.open(browser.origin);
      const status = await tab.evaluate(`fetch('${relay.url}/api/v1/events', {
        method: 'POST', headers: { 'content-type': 'application/json' },
        body: '{"type":"agent.moved","source":"page","data":{}}',
      }).then((answer) => answer.status)`);
      assert.equal(status, 202);
      assert.deepEqual(tab.complaints, []);
    });

    test(cell(client, 'every way', 'a page of a foreign origin gets nothing', threads), async (t) => {
      const foreign = await startPages();
      t.after(() => foreign.close());
      const tab = await browser.open(foreign.origin);
      const outcome = (expression) => tab.evaluate(`new Promise((resolve) => {
        const done = (name) => () => resolve(name);
        ${expression}
      })`);
      const refused = {
        EventSource: `Object.assign(new EventSource('${relay.url}/events'),
          { onopen: done('open'), onerror: done('refused') });`,
        WebSocket: `Object.assign(new WebSocket('${relay.ws()}'),
          { onopen: done('open'), onerror: done('refused') });`,
        fetch: `fetch('${relay.url}/api/v1/stats').then(done('open'), done('refused'));`,
      };
      for (const transport of ['polling', 'websocket'])
        refused[transport] = `const socket = io('${relay.url}', { transports: ['${transport}'], reconnection: false });
          socket.on('connect', done('open'));
          socket.on('connect_error', done('refused'));`;
      for (const [way, expression] of Object.entries(refused))
        assert.equal(await outcome(expression), 'refused', way);
    });

    test(cell(client, 'own page', 'shows live events and complains of nothing', threads), async () => {
      await publish('before');
      const tab = await browser.open(`${relay.url}/`);
      const shows = (text) =>
        eventually(
          () => tab.evaluate(`document.body.innerText.includes(${JSON.stringify(text)})`),
          `the page shows ${text}`,
        );
      await shows('{"n":"before"}');
      assert.equal(await tab.evaluate(`document.getElementById('state').textContent`), 'live');
      await publish('<b>now</b>');
      await shows('{"n":"<b>now</b>"}');
      const { newest } = (await relay.stats()).log;
      await eventually(
        async () => (await tab.evaluate(`document.getElementById('newest').textContent`)) === String(newest),
        'the statistics are refreshed',
      );
      assert.deepEqual(tab.complaints, []);
    });
  });
}
