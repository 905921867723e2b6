import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** A line between two processes that can be cut, refused or made silent. */
export class LineProxy {
  #server;
  #target;
  #pairs = new Set();
  /** `pass`; `refuse`: who comes is shown the door; `hole`: nothing passes, and nobody is told. */
  #mode = 'pass';

  /** @param {{ host?: string, port: number }} target */
  static async open(target) {
    const proxy = new LineProxy();
    proxy.#target = target;
    proxy.#server = createServer((socket) => proxy.#take(socket));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port() {
    return this.#server.address().port;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  /** Connections through it now. */
  get lines() {
    return this.#pairs.size;
  }

  cut() {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    this.#pairs.clear();
  }

  refuse() {
    this.#mode = 'refuse';
    this.cut();
  }

  hole() {
    this.#mode = 'hole';
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  heal() {
    this.#mode = 'pass';
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  close() {
    this.cut();
    this.#server.close();
  }

  #take(near) {
    near.on('error', () => {});
    if (this.#mode === 'refuse') return void near.resetAndDestroy();
    const far = connect({ host: '127.0.0.1', ...this.#target });
    far.on('error', () => near.destroy());
    near.setNoDelay(true);
    far.setNoDelay(true);
    const pair = [near, far];
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near]]) {
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => {
        if (this.#mode !== 'hole') from.resume();
      });
      // Whoever asks and hangs up is gone: the other side is to see it at once.
      from.on('end', () => (from === near ? to.destroy() : to.end()));
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    }
    if (this.#mode === 'hole') for (const socket of pair) socket.pause();
  }
}
