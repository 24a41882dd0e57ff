import { connect, createServer } from 'node:net';

/** A TCP proxy that cuts and delays what comes back. */
export class TcpProxy {
  #server;
  #sockets = new Set();
  /** Cuts the connection after so many bytes of an answer; `Infinity`: never. */
  cutAfterBytes = Infinity;
  /** Passes each piece of an answer on so much later. */
  delayMs = 0;
  cuts = 0;

  static async start(targetPort) {
    const proxy = new TcpProxy();
    proxy.#server = createServer((client) => proxy.#join(client, targetPort));
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async close() {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client, targetPort) {
    const target = connect(targetPort, '127.0.0.1');
    const end = () => {
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      this.#sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        end();
      });
    }
    client.pipe(target);
    let passed = 0;
    target.on('data', (chunk) => {
      passed += chunk.length;
      if (passed <= this.cutAfterBytes) return this.#pass(chunk, target, client);
      this.cuts += 1;
      return end();
    });
  }

  #pass(chunk, from, to) {
    if (this.delayMs === 0) {
      to.write(chunk);
      return;
    }
    from.pause();
    setTimeout(() => {
      to.write(chunk);
      from.resume();
    }, this.delayMs);
  }
}
