import type { GatewayTotals } from '../../contract/gateway-totals.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';
import type { Line } from '../protocol/frames.js';
import { OpenBatches } from './open-batches.js';
import type { Books } from './books.js';
import type { GatewaySettings } from './settings.js';

/** What answers of one gateway are made with. */
export interface Serving {
  settings: GatewaySettings;
  books: Books;
  limits(): Record<Line, LimiterSnapshot[]>;
  totals(): GatewayTotals;
  isDraining: boolean;
  batches: OpenBatches;
  /** Calls for clients that are no workers, while they last. */
  foreign: Set<Promise<void>>;
}

export function servingOf(settings: GatewaySettings, books: Books, told: Pick<Serving, 'limits' | 'totals'>): Serving {
  return { settings, books, ...told, isDraining: false, batches: new OpenBatches(), foreign: new Set() };
}
