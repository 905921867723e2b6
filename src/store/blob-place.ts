/** How much the store holds; the time is in milliseconds since the epoch, `null` where it is empty. */
export interface StoreStats {
  texts: number;
  bytes: number;
  oldestAtMs: number | null;
}

/** Where contents are by their names, 64 hexadecimal digits each. The store knows what they are; a place does not. */
export interface BlobPlace {
  /** As in `is not in this home`; it names no secret. */
  readonly title: string;
  /** Keeps a content, durable when it resolves; what is there already counts as new from now on. */
  put(name: string, content: Buffer): Promise<void>;
  read(name: string): Promise<Buffer | undefined>;
  /** What was put last before that, in milliseconds since the epoch; nothing of it is held in memory. */
  older(beforeMs: number): Promise<StoreStats>;
  /** Removes it, unless it is put again at this moment; returns what was removed. */
  prune(beforeMs: number): Promise<StoreStats>;
  isTidyingDue(everyMs: number): Promise<boolean>;
  close?(): Promise<void>;
}

/** Sums up what there is. */
export class StoreSum implements StoreStats {
  texts = 0;
  bytes = 0;
  oldestAtMs: number | null = null;

  add(bytes: number, putAtMs: number): void {
    this.texts += 1;
    this.bytes += bytes;
    this.oldestAtMs = Math.min(this.oldestAtMs ?? Infinity, putAtMs);
  }

  get stats(): StoreStats {
    const { texts, bytes, oldestAtMs } = this;
    return { texts, bytes, oldestAtMs };
  }
}
