import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { UnavailableError } from '../../contract/errors.js';
import { gatewayMetrics } from '../../contract/gateway-totals.js';
import type { GatewayTotals } from '../../contract/gateway-totals.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';
import { taskQueues } from '../../contract/names.js';
import type { Line } from '../protocol/frames.js';

type Labels = Record<string, string>;
type Sample = [labels: Labels, value: number];

/**
 * How a gateway stands, in the text format of Prometheus. Limiters have the names that those of workers have.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function metricsText(totals: GatewayTotals, limits: Record<Line, LimiterSnapshot[]>, nowMs: number): string {
  const limiters = [
    ...limits.paid.map((limiter) => ({ limiter, labels: labelsOf(taskQueues.model, limiter) })),
    ...limits.offline.map((limiter) => ({ limiter, labels: labelsOf(taskQueues.offlineModel, limiter) })),
  ];
  const gauge = (name: string, of: (limiter: LimiterSnapshot) => number): string =>
    family(
      name,
      'gauge',
      limiters.map(({ limiter, labels }) => [labels, of(limiter)]),
    );
  const buckets = limiters.flatMap(({ limiter, labels }) =>
    limiter.buckets.map((bucket) => ({ bucket, labels: { ...labels, limit: bucket.name } })),
  );
  return [
    ...gatewayMetrics(totals).map(({ name, type, samples }) => family(name, type, samples)),
    gauge('fanfold_limiter_ceiling', ({ ceiling }) => ceiling),
    gauge('fanfold_limiter_cap', ({ cap }) => cap),
    gauge('fanfold_limiter_in_flight', ({ inFlight }) => inFlight),
    gauge('fanfold_limiter_waiting', ({ waiting }) => waiting),
    gauge('fanfold_limiter_open', ({ gate }) => (gate.is === 'open' ? 1 : 0)),
    gauge('fanfold_model_calls', ({ sent }) => sent),
    gauge('fanfold_model_calls_throttled', ({ throttled }) => throttled),
    gauge('fanfold_model_calls_overloaded', ({ overloaded }) => overloaded),
    family(
      'fanfold_rate_limit',
      'gauge',
      buckets.map(({ bucket, labels }) => [labels, bucket.limit]),
    ),
    family(
      'fanfold_rate_limit_remaining',
      'gauge',
      buckets.map(({ bucket, labels }) => [labels, bucket.remaining]),
    ),
    family(
      'fanfold_rate_limit_full_in_seconds',
      'gauge',
      buckets.map(({ bucket, labels }) => [labels, Math.max(0, (bucket.refillsAtMs - nowMs) / 1_000)]),
    ),
  ].join('');
}

/**
 * Shows metrics to Prometheus at an address of their own: they tell of all clients' money.
 *
 * @param address IP address and port
 * @returns where, and what ends it
 * @throws UnavailableError `MetricsNotShown` where it cannot listen
 */
export async function showMetrics(
  address: string,
  text: () => string,
): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(`http://${address}`);
  const server = createServer((request, response) => {
    const isKnown = request.method === 'GET' && request.url === '/metrics';
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(isKnown ? text() : 'See /metrics.\n');
  });
  server.listen(Number(port || 80), hostname.replaceAll(/^\[|\]$/g, ''));
  await once(server, 'listening').catch((error: unknown) => {
    throw new UnavailableError(
      'MetricsNotShown',
      `Metrics cannot be shown at ${address}: ${(error as Error).message}.`,
      'Set FANFOLD_METRICS to an address of this machine that is free: each process needs one of its own.',
    );
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${hostname}:${taken}/metrics`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function labelsOf(taskQueue: string, { modelClass }: LimiterSnapshot): Labels {
  return { task_queue: taskQueue, model_class: modelClass };
}

function family(name: string, type: 'counter' | 'gauge', samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# TYPE ${name} ${type}\n${lines.join('')}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
