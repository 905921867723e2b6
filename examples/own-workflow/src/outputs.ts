// What models are to put out. Only JSON of it enters the workflow: the worker's plugin sees to that.
import { output } from 'fanfold/output';
import * as z from 'zod';

export const Owed = output(z.object({ amount: z.string(), by: z.string() }));
