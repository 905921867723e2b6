import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { ApiFailure } from './api-failure.js';
import { Hangup } from './pause.js';

/** One HTTP request and its response. */
export class Exchange {
  readonly url: URL;
  readonly method: string;
  /** Aborts when the response is over, whichever way. */
  readonly signal: AbortSignal;
  /** The end of the connection was our own doing. */
  severed = false;
  /** All of an answer was handed over for sending. */
  whole = false;
  /** Headers of the moment the answer begins. */
  rateHeaders: () => Record<string, string> = () => ({});

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly requestId: string,
  ) {
    // Only path and query are read; the client may have written anything into Host.
    this.url = new URL(request.url ?? '/', 'http://offline.invalid');
    this.method = request.method ?? 'GET';
    const over = new AbortController();
    this.signal = over.signal;
    response.once('close', () => over.abort());
    response.setHeader('request-id', requestId);
    response.setHeader('fanfold-offline', '1');
  }

  /** Whether the client hung up before the end of the response. */
  get aborted(): boolean {
    return this.response.closed && !this.response.writableFinished && !this.severed;
  }

  head(status: number, headers: OutgoingHttpHeaders): void {
    this.response.writeHead(status, { ...this.rateHeaders(), ...headers });
    this.response.flushHeaders();
  }

  onOver(listener: () => void): void {
    if (this.signal.aborted) listener();
    else this.signal.addEventListener('abort', listener, { once: true });
  }

  /**
   * Writes, and waits while the client reads too slowly.
   *
   * @throws Hangup once the connection is over
   */
  async write(chunk: string | Buffer): Promise<void> {
    if (this.signal.aborted) throw new Hangup();
    if (this.response.write(chunk)) return;
    await once(this.response, 'drain', { signal: this.signal }).catch(() => {
      throw new Hangup();
    });
  }

  /** Waits until the kernel has all that was written. */
  async flush(): Promise<void> {
    do await setImmediate();
    while (this.request.socket.writableLength > 0 && !this.signal.aborted);
  }

  end(): void {
    this.response.end();
  }

  sendText(status: number, text: string, contentType: string, headers: OutgoingHttpHeaders = {}): void {
    const body = Buffer.from(text);
    this.response.writeHead(status, {
      ...this.rateHeaders(),
      ...headers,
      'content-type': contentType,
      'content-length': body.length,
    });
    this.response.end(body);
  }

  sendJson(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): void {
    this.sendText(status, JSON.stringify(value), 'application/json', headers);
  }

  fail(failure: ApiFailure): void {
    this.sendJson(failure.status, failure.body(this.requestId), failure.headers);
  }

  /** Cuts the connection, as a crashed proxy would. */
  sever(): void {
    this.severed = true;
    // A reset, not a clean close: the client must not take it for an end.
    this.request.socket.resetAndDestroy();
  }
}
