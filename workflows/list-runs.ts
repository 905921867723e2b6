import type { WorkflowInterceptors } from '@temporalio/workflow';

import { allListed } from './engine/listing.js';

/** Lets no run end before it is listed. */
export const interceptors = (): WorkflowInterceptors => ({
  inbound: [
    {
      execute: async (input, next) => {
        try {
          return await next(input);
        } finally {
          await allListed();
        }
      },
    },
  ],
});
