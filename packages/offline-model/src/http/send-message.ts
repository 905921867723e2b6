import type { Message, RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages';
import { eventsBefore } from '../faults/cut-place.js';
import type { FaultOf } from '../faults/fault.js';
import type { OtherFault } from '../faults/script.js';
import { eventsOf } from '../reply/stream-events.js';
import type { Exchange } from './exchange.js';
import { forever, pause } from './pause.js';

/** Faults of the connection that strike after the headers. */
type BodyFault = FaultOf<
  'hang-in-body' | 'slow-pings' | 'trickle' | 'reset-in-body' | 'clean-end' | 'stream-error' | 'cut-tool-input'
>;

/** The answer in pieces, each with what is between it and the one before. */
interface Transmission {
  contentType: string;
  pieces: Buffer[];
  /** Where a fault strikes: pieces sent before it. */
  cutAt: number;
  ping: string;
}

/**
 * Sends an answer, spread over `paceMs`, with whatever is wrong with its connection.
 *
 * @returns whether all of it was sent
 */
export async function sendMessage(
  exchange: Exchange,
  message: Message,
  streamed: boolean,
  paceMs: number,
  fault: OtherFault | undefined,
): Promise<boolean> {
  const sent = streamed ? asStream(message, fault) : asBody(message, fault);
  const { pieces, cutAt } = sent;
  if (fault?.kind === 'trickle') return trickle(exchange, sent, fault.bytesPerSecond);
  const struck = fault !== undefined && strikes(fault);
  // A whole body goes out with its length; one that will be cut promises more than comes, or comes in chunks that just end.
  const length =
    !streamed && fault?.kind !== 'clean-end' && fault?.kind !== 'slow-pings'
      ? { 'content-length': Buffer.concat(pieces).length }
      : {};
  exchange.head(200, { 'content-type': sent.contentType, ...length });
  for (const [index, piece] of pieces.entries()) {
    if (struck && index === cutAt && !(await strike(exchange, fault, sent))) return false;
    if (index > 0) await pause(paceMs / pieces.length, exchange.signal);
    await exchange.write(piece);
    if (streamed && index === 0) await exchange.write(sent.ping);
  }
  if (struck && cutAt >= pieces.length && !(await strike(exchange, fault, sent))) return false;
  exchange.end();
  return true;
}

function strikes(fault: OtherFault): fault is Exclude<BodyFault, FaultOf<'trickle' | 'cut-tool-input'>> {
  return ['hang-in-body', 'slow-pings', 'reset-in-body', 'clean-end', 'stream-error'].includes(fault.kind);
}

/** @returns whether the answer goes on afterwards */
async function strike(
  exchange: Exchange,
  fault: Exclude<BodyFault, FaultOf<'trickle' | 'cut-tool-input'>>,
  { ping }: Transmission,
): Promise<boolean> {
  switch (fault.kind) {
    case 'hang-in-body':
      return forever(exchange.signal);
    case 'slow-pings':
      for (let count = 0; count < (fault.count ?? Infinity); count += 1) {
        await pause(fault.everyMs, exchange.signal);
        await exchange.write(ping);
      }
      return true;
    case 'reset-in-body':
      await exchange.flush();
      exchange.sever();
      return false;
    case 'clean-end':
      exchange.end();
      return false;
    case 'stream-error': {
      const kind = fault.error ?? 'overloaded_error';
      const error = {
        type: 'error',
        error: { type: kind, message: kind === 'overloaded_error' ? 'Overloaded' : 'Internal server error' },
        request_id: exchange.requestId,
      };
      await exchange.write(serverSentEvent(error));
      exchange.end();
      return false;
    }
  }
}

function asStream(message: Message, fault: OtherFault | undefined): Transmission {
  const events = eventsOf(message, fault?.kind === 'cut-tool-input');
  const place = fault && 'after' in fault ? fault.after : undefined;
  return {
    contentType: 'text/event-stream; charset=utf-8',
    pieces: events.map((event) => Buffer.from(serverSentEvent(event))),
    cutAt: eventsBefore(place, events),
    ping: serverSentEvent({ type: 'ping' }),
  };
}

function asBody(message: Message, fault: OtherFault | undefined): Transmission {
  const json = Buffer.from(JSON.stringify(message));
  const middle = Math.floor(json.length / 2);
  // JSON allows spaces before it, not in the middle of a text.
  const cutAt = fault?.kind === 'slow-pings' ? 0 : 1;
  return {
    contentType: 'application/json',
    pieces: [json.subarray(0, middle), json.subarray(middle)],
    cutAt,
    ping: ' ',
  };
}

function serverSentEvent(event: RawMessageStreamEvent | { type: string }): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

const trickleMs = 50;

async function trickle(
  exchange: Exchange,
  { contentType, pieces }: Transmission,
  bytesPerSecond: number,
): Promise<boolean> {
  exchange.head(200, { 'content-type': contentType });
  const bytes = Buffer.concat(pieces);
  const size = Math.max(1, Math.round((bytesPerSecond * trickleMs) / 1_000));
  for (let start = 0; start < bytes.length; start += size) {
    await exchange.write(bytes.subarray(start, start + size));
    await pause((1_000 * size) / bytesPerSecond, exchange.signal);
  }
  exchange.end();
  return true;
}
