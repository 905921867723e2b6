/** What a gateway has done since it was started. */
export interface GatewayTotals {
  /** Questions of workers and other programs. */
  questions: number;
  /** Of those, how many were joined to a call of an earlier try, or given its answer. */
  joined: number;
  /** Of those, how many were answered from the journal. */
  journalHits: number;
  /** Of those, how many the day's budget refused. */
  overBudget: number;
  /** Workers that are connected. */
  workers: number;
  /** Whether it takes no new calls. */
  isDraining: boolean;
  byModel: GatewayModelTotals[];
}

/** What calls of one model have cost. */
export interface GatewayModelTotals {
  model: string;
  calls: number;
  /** US dollars. */
  costUsd: number;
  /** Those of the prompt cache among them. */
  inputTokens: number;
  outputTokens: number;
}

/** A metric of a gateway; docs/gateway.md lists them. */
export interface GatewayMetric {
  name: string;
  type: 'counter' | 'gauge';
  samples: [labels: Record<string, string>, value: number][];
}

/** The totals by the names that its own address and those of a home's workers show. */
export function gatewayMetrics(totals: GatewayTotals): GatewayMetric[] {
  const { byModel } = totals;
  const one = (name: string, type: GatewayMetric['type'], value: number): GatewayMetric => ({
    name: `fanfold_gateway_${name}`,
    type,
    samples: [[{}, value]],
  });
  const byModels = (name: string, samples: GatewayMetric['samples']): GatewayMetric => ({
    name: `fanfold_gateway_${name}`,
    type: 'counter',
    samples,
  });
  return [
    one('questions_total', 'counter', totals.questions),
    one('joined_total', 'counter', totals.joined),
    one('journal_hits_total', 'counter', totals.journalHits),
    one('over_budget_total', 'counter', totals.overBudget),
    byModels(
      'calls_total',
      byModel.map(({ model, calls }) => [{ model }, calls]),
    ),
    byModels(
      'cost_usd_total',
      byModel.map(({ model, costUsd }) => [{ model }, costUsd]),
    ),
    byModels(
      'tokens_total',
      byModel.flatMap(({ model, inputTokens, outputTokens }): GatewayMetric['samples'] => [
        [{ model, kind: 'input' }, inputTokens],
        [{ model, kind: 'output' }, outputTokens],
      ]),
    ),
    one('workers', 'gauge', totals.workers),
    one('draining', 'gauge', totals.isDraining ? 1 : 0),
  ];
}
