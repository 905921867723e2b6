import type { LimiterSnapshot } from '../../contract/limiter.js';
import type { Line } from '../protocol/frames.js';
import type { OpenBatches } from './batches.js';
import type { Books } from './books.js';
import type { GatewaySettings } from './settings.js';

/** What answers of one gateway are made with. */
export interface Serving {
  settings: GatewaySettings;
  books: Books;
  limits(): Record<Line, LimiterSnapshot[]>;
  isDraining: boolean;
  /** Batches whose results have not come through here yet, by their ids. */
  batches: OpenBatches;
  /** Calls for clients that are no workers, while they last. */
  foreign: Set<Promise<void>>;
}
