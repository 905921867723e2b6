import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/** A proxy that reaches one port of this machine, whatever host it is asked for. */
export interface StandInProxy {
  url: string;
  /** What it was asked for: the method and the address. */
  asked: string[];
  /** The `proxy-authorization` of each. */
  given: (string | undefined)[];
}

/** Starts a proxy that ends with the test. @param port undefined for a proxy that refuses everything */
export async function startProxy(port?: number): Promise<StandInProxy> {
  const proxy: StandInProxy = { url: '', asked: [], given: [] };
  const server = createServer((request, response) => {
    note(`${request.method} ${request.url}`, request.headers['proxy-authorization']);
    if (port === undefined) return void response.writeHead(403).end();
    const { pathname, search } = new URL(request.url!);
    const { method, headers } = request;
    const passed = ask({ host: '127.0.0.1', port, path: pathname + search, method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.on('connect', (request, socket) => {
    note(`CONNECT ${request.url}`, request.headers['proxy-authorization']);
    if (port === undefined) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const behind = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      behind.pipe(socket).pipe(behind);
    });
    behind.on('error', () => socket.destroy());
    socket.on('error', () => behind.destroy());
  });
  const note = (address: string, authorization: string | undefined) => {
    proxy.asked.push(address);
    proxy.given.push(authorization);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}
