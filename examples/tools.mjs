// Tools of one's own: npx fanfold agent "…" --tools examples/tools.mjs
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

/** Stands for a system that takes its time. */
const region = (name, revenue) => ({
  name: `revenue_${name}`,
  description: `Looks the revenue of the region ${name} up.`,
  input: z.object({ year: z.int().optional() }),
  async run(_input, { signal }) {
    await sleep(2_000, undefined, { signal });
    return `The revenue of the region ${name} is ${revenue} million euros.`;
  },
});

export default [
  region('north', 12),
  region('south', 31),
  region('west', 8),
  {
    name: 'file_report',
    description: 'Files a report with the board.',
    // It must be allowed: by `--allow file_report`, or by `fanfold approve`.
    changes: true,
    input: z.object({ text: z.string() }),
    run: ({ text }) => `Filed: ${text.length} characters.`,
  },
];
