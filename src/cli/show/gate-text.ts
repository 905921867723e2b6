import { formatDuration } from '../../contract/duration.js';
import type { GateState } from '../../contract/limiter.js';
import { terminalLine } from './terminal-text.js';

/** Why a limiter's gate lets nothing through, for as long as it is known, the reason cut to `width` characters. */
export function gateText(gate: Extract<GateState, { is: 'closed' | 'shut' }>, width: number, nowMs: number): string {
  const { text: reason } = terminalLine(gate.reason, width);
  return gate.is === 'shut'
    ? `shut: ${reason}`
    : `closed for ${formatDuration(Math.max(0, gate.until - nowMs))}: ${reason}`;
}
