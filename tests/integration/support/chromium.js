// A headless Chromium that a test drives over a pipe, by the DevTools protocol.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { Inbox, patience, slowness, within } from './wait.js';

const program = process.env.SENECA_CHROMIUM || 'chromium-headless-shell';

/**
 * One page. What it passes to report() comes into `reports`, if nobody sets `onReport`; what it says on its console,
 * exceptions and failed requests included, into `complaints`.
 */
class Page {
  reports = new Inbox();
  onReport = (report) => this.reports.push(report);
  complaints = [];

  constructor(browser, session) {
    this.browser = browser;
    this.session = session;
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  async goto(url) {
    const loaded = this.browser.next('Page.loadEventFired', this.session);
    const { errorText } = await this.send('Page.navigate', { url });
    assert.equal(errorText, undefined, `the page ${url}`);
    await loaded;
  }

  /** The value of an expression, a promise's once there is one. */
  async evaluate(expression) {
    const options = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', options);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  take(method, params) {
    if (method === 'Runtime.bindingCalled') this.onReport(JSON.parse(params.payload));
    if (method === 'Runtime.exceptionThrown') this.complaints.push(params.exceptionDetails.exception?.description);
    if (method === 'Runtime.consoleAPICalled')
      this.complaints.push(params.args.map((arg) => arg.value ?? arg.description).join(' '));
    if (method === 'Log.entryAdded') this.complaints.push(`${params.entry.text} ${params.entry.url ?? ''}`);
  }
}

export class Chromium {
  #child;
  #ended;
  #directory = mkdtempSync(path.join(os.tmpdir(), 'seneca-test-'));
  #last = 0;
  #asked = new Map();
  #waiting = new Set();
  #pages = new Map();
  #text = '';
  #stderr = '';

  static async start() {
    const browser = new Chromium();
    await browser.send('Browser.getVersion');
    return browser;
  }

  constructor() {
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
    // What it would otherwise ask the network for.
    flags.push('--disable-background-networking', '--disable-component-update', '--disable-sync');
    flags.push(`--user-data-dir=${this.#directory}`, '--remote-debugging-pipe');
    this.#child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] });
    const [, , stderr, commands, answers] = this.#child.stdio;
    stderr.on('data', (text) => (this.#stderr += text));
    commands.on('error', () => {}); // its end shows below
    answers.setEncoding('utf8').on('data', (text) => this.#feed(text));
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', resolve);
      this.#child.on('error', resolve);
    });
    this.#ended.then((end) => {
      const error = new Error(`${program} ended: ${end}; ${this.#stderr}`);
      for (const { reject } of this.#asked.values()) reject(error);
    });
  }

  /** The result of a command, of a page's if its session is given. */
  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    const answer = new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return within(2 * patience, `${program}'s answer to ${method}`, answer);
  }

  next(method, session) {
    const event = new Promise((resolve) => this.#waiting.add({ method, session, resolve }));
    return within(patience, method, event);
  }

  async page() {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId);
    this.#pages.set(sessionId, page);
    for (const domain of ['Page', 'Runtime', 'Log']) await page.send(`${domain}.enable`);
    await page.send('Runtime.addBinding', { name: 'report' });
    return page;
  }

  async stop() {
    try {
      this.send('Browser.close').catch(() => {}); // it may end before it answers
      await within(10_000 * slowness, `the end of ${program}`, this.#ended);
    } finally {
      this.#child.kill('SIGKILL');
      rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 });
    }
  }

  #feed(text) {
    const messages = (this.#text + text).split('\0');
    this.#text = messages.pop();
    for (const message of messages) this.#take(JSON.parse(message));
  }

  #take({ id, result, error, method, params, sessionId }) {
    if (id !== undefined) {
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      if (error) asked.reject(new Error(error.message));
      else asked.resolve(result);
      return;
    }
    for (const waiter of this.#waiting) {
      if (waiter.method !== method || waiter.session !== sessionId) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(params);
    }
    this.#pages.get(sessionId)?.take(method, params);
  }
}
