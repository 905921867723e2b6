import type { Payload, PayloadCodec } from '@temporalio/common';

import { UnreadablePayload } from './unreadable-payload.js';

/** Reads what another codec cannot as `null`: for lists of runs, of which only what is not encrypted is shown. */
export class LenientCodec implements PayloadCodec {
  constructor(private readonly codec: PayloadCodec) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    return this.codec.encode(payloads);
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    const decoded = payloads.map(async (payload): Promise<Payload> => {
      try {
        const [readable] = await this.codec.decode([payload]);
        return readable ?? payload;
      } catch (error) {
        if (error instanceof UnreadablePayload)
          return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('null') };
        throw error;
      }
    });
    return Promise.all(decoded);
  }
}
