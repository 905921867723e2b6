import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Batch } from './batches/batch.js';
import type { CallRecord } from './calls/call-record.js';
import { Conditions } from './calls/conditions.js';
import type { Patience } from './calls/conditions.js';
import { OfflineModelError } from './errors.js';
import type { Hold } from './faults/hold.js';
import { compileMatch } from './faults/match-call.js';
import type { CallMatch, FaultRule } from './faults/rule.js';
import type { ScriptedRule } from './faults/script.js';
import type { OfflineModelOptions } from './options.js';
import { createPremises } from './premises.js';
import { route } from './routes/route.js';
import { createApiServer } from './server.js';

/** A running offline model. */
export interface OfflineModel {
  /** Base URL for the SDK. */
  readonly url: string;
  /** In order of arrival, ended and in flight. */
  readonly calls: readonly CallRecord[];
  /** Calls in flight now. */
  readonly open: number;
  /** Most calls in flight at once so far. */
  readonly peak: number;
  /** Calls that arrived, those no longer in `calls` included. */
  readonly total: number;
  /** Message Batches created and not deleted, the newest first. */
  readonly batches: readonly Batch[];
  /** Calls that match. Ended calls have only the beginning of their texts left to be matched. */
  count(match: CallMatch): number;
  /** Calls by a key, in order of first arrival: who was called twice? */
  countBy(key: (call: CallRecord) => string): Map<string, number>;
  /** Adds rules before those in force. */
  script(...rules: FaultRule[]): ScriptedRule[];
  /** Holds matching calls back, from now on, until they are released. */
  hold(match?: CallMatch): Hold;
  /**
   * Waits until so many matching calls have arrived, from the start on.
   *
   * @throws Error after `timeoutMs`, 30 s by default, saying what had arrived
   */
  received(count: number, match?: CallMatch, patience?: Patience): Promise<readonly CallRecord[]>;
  /** Waits until the predicate holds; it is asked whenever a call arrives, is held or ends. */
  until(predicate: (model: OfflineModel) => boolean, patience?: Patience): Promise<void>;
  /** Waits until no call is in flight. */
  idle(patience?: Patience): Promise<void>;
  /** Cuts every connection and closes the port. */
  stop(): Promise<void>;
}

/**
 * Starts an HTTP server on loopback that speaks version 2026-10-21 of the Anthropic Messages API. It does not reason: it
 * quotes sentences of the text it is given, the same ones for the same request, and says that it does.
 *
 * @throws OfflineModelError `PortTaken` when it cannot listen on the port
 */
export async function startOfflineModel(options: OfflineModelOptions = {}): Promise<OfflineModel> {
  const conditions = new Conditions();
  const premises = createPremises(options, () => conditions.changed());
  const { log, script, holds } = premises;
  const server = createApiServer((exchange) => route(exchange, premises));
  log.watch((call, moment) => options.onCall?.(call.record, moment));
  server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1', backlog: 4_096 });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const message = `The offline model cannot listen on port ${options.port ?? 0}: ${(cause as Error).message}.`;
    throw new OfflineModelError('PortTaken', message, 'Choose another port, or 0 for a free one.', cause);
  }
  const { address, port } = server.address() as AddressInfo;

  const model: OfflineModel = {
    url: `http://${address}:${port}`,
    calls: log.records,
    batches: premises.batches.batches,
    get open() {
      return log.open;
    },
    get peak() {
      return log.peak;
    },
    get total() {
      return log.total;
    },
    count: (match) => log.matching(compileMatch(match)).length,
    countBy: (key) => log.countBy(key),
    script: (...rules) => script.add(rules),
    hold: (match) => holds.hold(match),
    received: async (count, match, patience) => {
      const matches = log.collect(compileMatch(match));
      try {
        await conditions.until(
          () => matches.found.length >= count,
          patience,
          () => `${matches.found.length} of ${count} calls arrived, ${log.open} in flight`,
        );
        return matches.found;
      } finally {
        matches.stop();
      }
    },
    until: (predicate, patience) =>
      conditions.until(
        () => predicate(model),
        patience,
        () => `${log.total} calls arrived, ${log.open} in flight`,
      ),
    idle: (patience) =>
      conditions.until(
        () => log.open === 0,
        patience,
        () => `${log.open} calls in flight`,
      ),
    stop: async () => {
      if (!server.listening) return;
      premises.stopping = true;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return model;
}
