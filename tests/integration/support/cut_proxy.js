// A TCP proxy whose connections can be cut, as by a network that goes away.

import { once } from 'node:events';
import net from 'node:net';

export class CutProxy {
  refusing = false;
  #server;
  #pairs = new Set();

  static async open(t, port) {
    const proxy = new CutProxy();
    proxy.#server = net.createServer((client) => proxy.#accept(client, port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    t.after(() => {
      proxy.refusing = true;
      proxy.cut();
      proxy.#server.close();
    });
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  #accept(client, port) {
    if (this.refusing) return client.destroy();
    const relay = net.connect(port, '127.0.0.1');
    const pair = { client, relay };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    relay.setNoDelay(true);
    for (const [from, to] of [[client, relay], [relay, client]]) {
      from.on('error', () => {});
      from.pipe(to);
      from.on('close', () => {
        if (pair.forsaken) return;
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  /** Both ends hear of it. What was on its way is lost. */
  cut() {
    for (const { client, relay } of this.#pairs) {
      client.destroy();
      relay.destroy();
    }
    this.#pairs.clear();
  }

  /** Only the clients hear of it: to the relay their connections are as good as before. */
  forsake() {
    for (const pair of this.#pairs) {
      pair.forsaken = true;
      pair.relay.unpipe();
      pair.relay.resume();
      pair.client.unpipe();
      pair.client.destroy();
    }
  }
}
