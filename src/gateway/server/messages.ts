import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Response } from 'undici';

import { isFree } from '../../model/call/charges.js';
import type { EndedCall } from '../../model/call/ended-call.js';
import { asUsage } from '../../model/call/message.js';
import { outcomeOfFailure } from '../../model/limiter/index.js';
import type { Permit } from '../../model/limiter/index.js';
import type { Serving } from './serving.js';
import { accountOf, expectedPriority, shareOfRequest } from './account-of.js';
import type { Account, ForeignShare } from './account-of.js';
import { askedIn, withOwnName } from './asked-in.js';
import type { Asked } from './asked-in.js';
import { inCallSpan } from './call-span.js';
import { boundOf } from './bound-of.js';
import { answerJournaled, journalWishOf, sampleOf } from './journaled-call.js';
import type { JournalWish } from './journaled-call.js';
import { outcomeOfStatus } from './outcome-of-status.js';
import { refuse } from './refuse.js';
import { goneSignal, readBody } from './read-body.js';
import { sendError } from './replies.js';
import { StreamUsage } from './stream-usage.js';
import { answerHeaders, askUpstream, checkPassable } from './upstream.js';

/** Characters of ordinary text to a token, roughly; the limiter corrects by what the API counts. */
const charactersPerToken = 3.5;

/**
 * Answers `POST /v1/messages` of a client that is no worker of fanfold's: it waits for its turn at the limiter, and gets the API's answer
 * byte for byte, whole or as a stream.
 *
 * Messages-1. A call leaves by the same limiter as those of workers.
 * Messages-2. Without the journal a call is its asker's: it is cut when the asker is gone.
 * Messages-3. A slow reader holds nothing up: what it has not taken waits in this process, not in the call.
 */
export async function answerMessages(
  request: IncomingMessage,
  response: ServerResponse,
  client: string,
  serving: Serving,
): Promise<void> {
  const body = await readBody(request, response);
  if (body === undefined) return;
  const asked = askedIn(body, serving.settings);
  if (asked === undefined) {
    return sendError(
      response,
      400,
      'invalid_request_error',
      'Expected JSON with `model`, a `max_tokens` of 0 or more, and `messages` of texts or lists of blocks.',
    );
  }
  serving.books.counts.questions += 1;
  const account = accountOf(request, client);
  const share = shareOfRequest(request, account);
  if (share === undefined) {
    return sendError(response, 400, 'invalid_request_error', expectedPriority);
  }
  const call = new ForeignCall(request, response, serving, account, share);
  const wish = journalWishOf(request, asked, serving.settings.journalAll);
  if (wish === undefined) {
    return sendError(
      response,
      400,
      'invalid_request_error',
      'Expected the header `fanfold-journal` to be on, fresh or off.',
    );
  }
  if (sampleOf(request) === undefined) {
    return sendError(
      response,
      400,
      'invalid_request_error',
      `Expected the header \`fanfold-sample\` to be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`,
    );
  }
  await (wish === 'off' ? call.passOn(asked, body) : call.journaled(asked, body.length, wish));
}

/** One call for a client that is no worker. */
class ForeignCall {
  #isBooked = false;
  /** What is known of its cost. */
  #told: Pick<EndedCall, 'usage'> = { usage: undefined };
  /** Of an answer that is not whole yet. */
  #soFar: EndedCall['usage'];
  /** The most that it may cost, where there is a budget. */
  #boundUsd: number | null = null;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly serving: Serving,
    readonly account: Account,
    readonly share: ForeignShare,
  ) {}

  /** Hands the question on, and its answer back, byte for byte but for a provider in the model's name. */
  async passOn(asked: Asked, body: Buffer): Promise<void> {
    const { settings } = this.serving;
    const signal = goneSignal(this.response);
    try {
      const api = await settings.apiOf({ offline: !this.#isPaid, body: asked });
      checkPassable(api);
      await this.#withPermit(asked, body.length, signal, async (permit) => {
        const answered = await askUpstream(this.request, withOwnName(body), api, settings, signal);
        await (answered.ok ? this.#handOn(answered, asked, permit) : this.#handOnError(answered, permit));
      });
    } catch (error) {
      if (!signal.aborted) this.#refuse(error);
    }
  }

  /** Answers from the journal, or asks once for all who ask the same. */
  async journaled(asked: Asked, bytes: number, wish: JournalWish): Promise<void> {
    const { request, response, account } = this;
    try {
      await answerJournaled(asked, { request, response, wish, account }, this.serving, (call) =>
        this.#withPermit(asked, bytes, undefined, async (permit) => {
          const { message, headers } = await call((usage) => (this.#soFar = usage));
          const usage = asUsage(message.usage);
          permit.end({ is: 'answered', usage, headers });
          await this.#spent({ model: message.model, usage, settled: true });
          return message;
        }),
      );
    } catch (error) {
      if (!response.destroyed) this.#refuse(error);
    }
  }

  async #withPermit<T>(
    asked: Asked,
    bytes: number,
    signal: AbortSignal | undefined,
    call: (permit: Permit) => Promise<T>,
  ): Promise<T> {
    const { settings, books } = this.serving;
    const { tracesContent } = settings;
    const { baseURL } = await settings.apiOf({ offline: !this.#isPaid, body: asked });
    this.#boundUsd = this.#isPaid && books.isBounded ? boundOf(asked, false) : null;
    const release = this.#isPaid && books.isBounded ? await books.reserve(this.#boundUsd) : () => {};
    const inputTokens = Math.ceil(bytes / charactersPerToken);
    try {
      return await settings.limiters[settings.foreignLine].of(asked.model).run(
        { inputTokens, share: this.share },
        async (permit) => {
          try {
            return await inCallSpan(
              this.request,
              { baseURL, asked, tracesContent },
              () => this.#told,
              () => call(permit),
            );
          } catch (error) {
            permit.end(outcomeOfFailure(error, Date.now(), (text) => settings.secrets.text(text)));
            if (!isFree(error)) await this.#spent({ model: asked.model, usage: this.#soFar, settled: false });
            throw error;
          }
        },
        signal,
      );
    } finally {
      release();
    }
  }

  get #isPaid(): boolean {
    return this.serving.settings.foreignLine === 'paid';
  }

  async #handOn(answered: Response, { model, stream = false }: Asked, permit: Permit): Promise<void> {
    const { response } = this;
    const { headers } = answered;
    const scan = new StreamUsage();
    const decoder = new TextDecoder();
    const whole: Uint8Array[] = [];
    response.writeHead(answered.status, answerHeaders(answered));
    let ended: Omit<EndedCall, 'modelMs'> = { model, usage: undefined, settled: false };
    try {
      for await (const chunk of (answered.body ?? []) as AsyncIterable<Uint8Array>) {
        if (stream) scan.take(decoder.decode(chunk, { stream: true }));
        else whole.push(chunk);
        // An answer has some megabytes at most: nobody waits for whoever reads it.
        response.write(chunk);
      }
      ended = stream ? streamEnd(scan, model) : wholeEnd(whole, model);
    } catch (error) {
      if (stream) ended = { ...streamEnd(scan, model), settled: false };
      await this.#spent(ended);
      throw error;
    }
    permit.end(ended.usage === undefined ? { is: 'failed', headers } : { is: 'answered', usage: ended.usage, headers });
    // The ledger has it before the client has the end of its answer.
    await this.#spent(ended);
    response.end();
  }

  async #handOnError(answered: Response, permit: Permit): Promise<void> {
    const text = await answered.text();
    permit.end(outcomeOfStatus(answered, text, (said) => this.serving.settings.secrets.text(said)));
    this.response.writeHead(answered.status, answerHeaders(answered)).end(text);
  }

  async #spent(ended: Omit<EndedCall, 'modelMs'>): Promise<void> {
    // Whoever knows more of the call has told before.
    if (this.#isBooked) return;
    this.#told = ended;
    this.#isBooked = true;
    if (this.#isPaid) await this.serving.books.spent(this.account, { ...ended, modelMs: 0 }, this.#boundUsd);
  }

  #refuse(error: unknown): void {
    refuse(this.response, error, this.serving.settings.secrets);
  }
}

function streamEnd(scan: StreamUsage, asked: string): Omit<EndedCall, 'modelMs'> {
  return { model: scan.model ?? asked, usage: scan.usage, settled: scan.isWhole };
}

function wholeEnd(chunks: readonly Uint8Array[], asked: string): Omit<EndedCall, 'modelMs'> {
  try {
    const { model = asked, usage } = JSON.parse(Buffer.concat(chunks).toString()) as { model?: string; usage?: never };
    return { model, usage: asUsage(usage as unknown as Parameters<typeof asUsage>[0]), settled: true };
  } catch {
    return { model: asked, usage: undefined, settled: false };
  }
}
