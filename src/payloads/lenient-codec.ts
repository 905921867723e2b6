import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';

import { isRefused } from './payload-codec.js';
import { UnreadablePayload } from './unreadable-payload.js';

const nothing: Payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('null') };

/** Reads payloads that another codec cannot read as `null`: lists of runs show only what is not encrypted. */
export class LenientCodec implements PayloadCodec {
  constructor(private readonly codec: PayloadCodec) {}

  encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return this.codec.encode(payloads, context);
  }

  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const decoded = payloads.map(async (payload): Promise<Payload> => {
      try {
        const [readable = payload] = await this.codec.decode([payload], context);
        return isRefused(readable) ? nothing : readable;
      } catch (error) {
        if (error instanceof UnreadablePayload) return nothing;
        throw error;
      }
    });
    return Promise.all(decoded);
  }
}
