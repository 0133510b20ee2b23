// The recipes of docs/cookbook.md, taken out of the page and run as it says. What the words behind ``` mean:
//
//   KIND FILE      the file's text
//   sh before      commands, before the relay is started
//   sh             commands for the relay, which is started in front of the first of them
//   sh eventually  the same, again and again until they print what is expected
//   text           what the commands above it print; … is any text
//   json received  what http://127.0.0.1:9000/ gets

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { run, senecactl } from './support/ctl.js';
import { startRelay } from './support/relay.js';
import { tempDirectory } from './support/temp.js';
import { eventually } from './support/wait.js';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const page = readFileSync(path.join(root, 'docs/cookbook.md'), 'utf8');
const pluginPath =
  process.env.SENECA_PLUGIN_PATH || path.join(path.dirname(senecactl), '../lib/seneca/plugins');

/** [{title, blocks: [{kind, name, text}]}] */
const recipes = page
  .split(/^## /m)
  .slice(1)
  .map((part) => ({
    title: part.slice(0, part.indexOf('\n')),
    blocks: [...part.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(([, kind, name, text]) => ({ kind, name, text })),
  }));

/** What was built without a library has no such plugin. */
const missing = ({ blocks }) =>
  blocks
    .filter(({ name }) => name === 'seneca.json')
    .flatMap(({ text }) => JSON.parse(text).plugins.map((plugin) => plugin.path))
    .find((name) => !name.includes('/') && !existsSync(path.join(pluginPath, `${name}.so`)));

const asPattern = (text) =>
  new RegExp(
    `^${text
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/ *… */g, '.*')
      .trim()}$`,
  );

async function receiver(t) {
  const events = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const text of request) body += text;
    events.push(JSON.parse(body));
    response.writeHead(204).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${server.address().port}`, events };
}

/** One recipe being cooked, in a directory of its own. */
class Kitchen {
  relay = null;
  printed = '';
  wanted = null; // the commands that are to be tried until they print what is expected

  constructor(t, pager) {
    this.t = t;
    this.pager = pager;
    this.directory = tempDirectory();
    mkdirSync(path.join(this.directory, '.pkgconfig'));
    const module = `Name: seneca-plugin\nDescription: the headers\nVersion: 0\nCflags: -I${root}/include\n`;
    writeFileSync(path.join(this.directory, '.pkgconfig/seneca-plugin.pc'), module);
  }

  async sh(commands) {
    const end = await run(['-euo', 'pipefail', '-c', commands], {
      program: 'bash',
      cwd: this.directory,
      env: {
        PATH: `${path.dirname(senecactl)}:${process.env.PATH}`,
        PKG_CONFIG_PATH: path.join(this.directory, '.pkgconfig'),
        ...(this.relay && { SENECA_URL: this.relay.url }),
      },
    });
    assert.equal(end.code, 0, `${commands}\n${end.stdout}${end.stderr}`);
    return end.stdout.trim();
  }

  async take({ kind, name, text }) {
    if (kind === 'json' && name === 'received') return this.received(JSON.parse(text));
    if (kind === 'text') return this.compare(text.trim());
    if (kind !== 'sh')
      return writeFileSync(path.join(this.directory, name), text.replaceAll('127.0.0.1:9000', this.pager.address));
    if (name === 'before') return this.sh(text);
    this.relay ??= await startRelay(this.t, { args: ['-c', 'seneca.json'], cwd: this.directory, logLevel: 'error' });
    this.wanted = name === 'eventually' ? text : null;
    if (!this.wanted) this.printed = await this.sh(text);
  }

  async compare(expected) {
    const lines = expected.split('\n').map(asPattern);
    const fits = (printed) => {
      const got = printed.split('\n');
      return got.length === lines.length && lines.every((line, i) => line.test(got[i].trim()));
    };
    if (this.wanted) return eventually(async () => fits(await this.sh(this.wanted)), expected);
    assert.ok(fits(this.printed), `expected:\n${expected}\nprinted:\n${this.printed}`);
  }

  async received(expected) {
    await eventually(() => this.pager.events.length > 0, 'a request');
    assert.equal(this.pager.events.length, 1);
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(this.pager.events[0][key], value);
  }
}

test('the page has recipes, a list of all of them, and each can be checked', () => {
  assert.ok(recipes.length >= 10 && recipes.length <= 12);
  const listed = [...page.matchAll(/^\d+\. \[(.*)\]\(#(.*)\)$/gm)];
  assert.deepEqual(
    listed.map(([, title]) => title),
    recipes.map(({ title }) => title),
  );
  for (const [, title, anchor] of listed)
    assert.equal(anchor, title.toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'));
  for (const { title, blocks } of recipes) {
    assert.ok(blocks.some(({ kind }) => kind === 'sh'), title);
    assert.ok(blocks.some(({ kind, name }) => kind === 'text' || name === 'received'), title);
  }
});

for (const recipe of recipes) {
  test(recipe.title, { skip: missing(recipe) && `no plugin ${missing(recipe)}` }, async (t) => {
    const kitchen = new Kitchen(t, await receiver(t));
    for (const block of recipe.blocks) await kitchen.take(block);
  });
}
