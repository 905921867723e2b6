import { output } from 'fanfold/output';
import * as z from 'zod';

export const Owed = output(z.object({ amount: z.string(), by: z.string() }));
