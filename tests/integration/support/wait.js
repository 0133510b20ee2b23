// Waiting for things to happen, by event and never by sleeping.

/** Sanitizer builds are several times slower; CMake says so. */
export const slowness = Number(process.env.SENECA_TEST_SLOWNESS || 1);

/** TSan takes exit() from within dlopen for a mistake of the program's, and ends it with a status of its own. */
export const exitsItsOwnWay = /thread/.test(process.env.SENECA_TEST_SANITIZER ?? '');

/** How long anything that should happen "now" may take before a test gives up on it. */
export const patience = 20_000 * slowness;

/** `promise`, or a rejection that names what did not happen in time. `what` may be a function. */
export function within(ms, what, promise) {
  let timer;
  const expiry = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${ms} ms: ${typeof what === 'function' ? what() : what}`));
    }, ms);
  });
  return Promise.race([promise, expiry]).finally(() => clearTimeout(timer));
}

/** Items in the order they came, and promises for those that have not come yet. */
export class Inbox {
  items = [];
  #waiters = new Set();
  #failure = null;

  push(item) {
    this.items.push(item);
    this.#check();
  }

  /** Nothing more will come: whoever waits is told why. */
  fail(error) {
    this.#failure ??= error;
    this.#check();
  }

  /** Resolves with what `find(items)` returns as soon as that is neither undefined nor false. */
  async when(find, what = 'the expected item', ms = patience) {
    let waiter;
    const found = new Promise((resolve, reject) => {
      waiter = { find, resolve, reject };
      this.#waiters.add(waiter);
      this.#check();
    });
    try {
      return await within(ms, () => `${what}; came: ${this.#summary()}`, found);
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /** The first item that satisfies `predicate`, whether it has come or will. Asks once for every item. */
  first(predicate = () => true, what, ms) {
    let next = 0;
    return this.when(
      (items) => {
        for (; next < items.length; ++next) if (predicate(items[next])) return { item: items[next] };
        return false;
      },
      what,
      ms,
    ).then(({ item }) => item);
  }

  /** The first `count` items. */
  count(count, what = `${count} items`, ms) {
    return this.when((items) => items.length >= count && items.slice(0, count), what, ms);
  }

  clear() {
    this.items = [];
  }

  #check() {
    for (const waiter of [...this.#waiters]) {
      const found = waiter.find(this.items);
      if (found === undefined || found === false) {
        if (this.#failure) waiter.reject(this.#failure);
        continue;
      }
      this.#waiters.delete(waiter);
      waiter.resolve(found);
    }
  }

  #summary() {
    const last = this.items.slice(-5).map((item) => {
      const text = Buffer.isBuffer(item) ? item.toString('latin1') : JSON.stringify(item);
      return String(text).slice(0, 300);
    });
    return `${this.items.length} items, the last ${last.length}: ${last.join(' | ')}`;
  }
}

/** Asks `question` until its answer is truthy: for state that only a query can see. */
export async function eventually(question, what, ms = patience) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
