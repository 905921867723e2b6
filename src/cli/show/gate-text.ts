import { formatDuration } from '../../contract/duration.js';
import type { GateState } from '../../contract/limiter.js';
import { terminalLine } from './terminal-text.js';

/** Says why a limiter's gate lets nothing through, and for how long if that is known. The reason is cut to `width` characters. */
export function gateText(gate: Extract<GateState, { is: 'closed' | 'shut' }>, width: number, nowMs: number): string {
  const { text: reason } = terminalLine(gate.reason, width);
  return gate.is === 'shut'
    ? `shut: ${reason}`
    : `closed for ${formatDuration(Math.max(0, gate.until - nowMs))}: ${reason}`;
}
