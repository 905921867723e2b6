import * as z from 'zod';

import { fanInKinds } from '../../contract/options.js';
import { bestBy } from '../../plan/compare-plan.js';
import { builtInSources } from '../read/read-sources.js';
import type { AddCommand } from './run-command.js';

/** What a command is given. */
export interface Given {
  /** Words of the command line behind the command's name. */
  words: string[];
  stdin?: string;
  /** Whether it asks no model: a command that cannot spend anything takes no budget. */
  isFree?: boolean;
}

/** A tool of fanfold's own: a command that makes a run. */
export interface RunTool {
  description: string;
  input: z.ZodRawShape;
  load(): Promise<AddCommand>;
  given(input: never, place: Place): Given | Promise<Given>;
}

/** What tools may use beside their input. */
export interface Place {
  /** The real path of a file that a client names. */
  file(path: string): Promise<string>;
  /** The folder of `files`. */
  folder(): string;
}

const document = {
  text: z.string().optional().describe('The text itself.'),
  file: z.string().optional().describe('Instead of it, a file in the folder that the server was started with.'),
};

const sources = z
  .array(z.enum(['files', ...builtInSources]))
  .min(1)
  .optional()
  .describe('All open searches by default; `files` is the folder that the server was started with.');

/** The inputs of every tool. */
export const commonInput = {
  id: z
    .string()
    .optional()
    .describe('Id of the run. A second call with the same id follows that run instead of starting one.'),
  model: z.string().optional().describe("The API's id of the model."),
  budgetUsd: z.number().positive().optional().describe('The most that the run may spend, in US dollars.'),
  fresh: z.boolean().optional().describe('Ask anew what has been answered before.'),
};

type Input<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

/** Checks that the input of each is what its own shape says. */
function tool<Shape extends z.ZodRawShape>(one: {
  description: string;
  input: Shape;
  load(): Promise<AddCommand>;
  given(input: Input<Shape>, place: Place): Given | Promise<Given>;
}): RunTool {
  return one;
}

const perspectivesInput = {
  ...document,
  perspectives: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Such as legal, technical, financial, security: the default.'),
  own: z.record(z.string(), z.string()).optional().describe('Perspectives of your own: an instruction by name.'),
  fanIn: z
    .enum(fanInKinds)
    .optional()
    .describe('`merge` by name, the default; `synthesise` to one text; `select` the best.'),
  criteria: z.string().optional().describe('What `select` looks for, or what `synthesise` is to answer.'),
};

const summariseInput = {
  documents: z
    .array(z.object({ id: z.string(), text: z.string() }))
    .min(1)
    .optional(),
  files: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('Instead of them, files in the folder that the server was started with.'),
  sentences: z.number().int().positive().optional().describe('Most sentences of a summary.'),
};

const gatherInput = {
  question: z.string().min(1),
  sources,
  limit: z.number().int().min(1).max(200).optional().describe('Most hits.'),
  answer: z.boolean().optional().describe('Have a model answer from the hits, each statement with its number.'),
};

const validateInput = {
  ...document,
  checks: z.array(z.string()).min(1).optional().describe('Of grammar, facts and tone; all by default.'),
  tone: z.string().optional().describe('What `tone` looks for.'),
  sources,
};

const researchInput = {
  question: z.string().min(1),
  sources,
  tasks: z.number().int().min(1).max(10).optional().describe('Most tasks of a round.'),
  rounds: z.number().int().min(1).max(5).optional(),
};

const compareInput = {
  prompt: z.string().min(1).optional(),
  prompts: z.record(z.string(), z.string()).optional().describe('Instead of it, several prompts by name.'),
  models: z.array(z.string()).min(1).optional().describe("The API's ids."),
  ...document,
  best: z.enum(bestBy).optional().describe('Take the best answer.'),
  criteria: z.string().optional().describe('What the judge looks for.'),
};

const mapInput = {
  rows: z.array(z.record(z.string(), z.unknown())).min(1).describe('Rows of a table.'),
  prompt: z.string().min(1).describe('What is asked about each row; {{ column }} stands for a value of it.'),
  system: z.string().optional().describe('What the model is told before each prompt.'),
};

/** The tools, by name. */
export const runTools: Record<string, RunTool> = {
  perspectives: tool({
    description: 'Has several specialists read one text at once; their readings come back by perspective.',
    input: perspectivesInput,
    load: async () => (await import('../commands/perspectives.js')).perspectivesCommand,
    given: async (input, place) => {
      const { stdin, path } = await documentOf(input, place);
      return {
        words: [
          ...listFlag('perspectives', input.perspectives),
          ...Object.entries(input.own ?? {}).map(([key, said]) => `--perspective=${key}:${said}`),
          ...flag('fan-in', input.fanIn),
          ...flag('criteria', input.criteria),
          '--',
          path,
        ],
        stdin,
      };
    },
  }),
  summarise: tool({
    description: 'Summarises many documents at once, one summary for each, in their order.',
    input: summariseInput,
    load: async () => (await import('../commands/summarise.js')).summariseCommand,
    given: async ({ documents, files, sentences }, place) => {
      const flags = flag('sentences', sentences);
      if ((documents === undefined) === (files === undefined)) {
        throw new Error(`Expected \`documents\` or \`files\`, got ${files === undefined ? 'neither' : 'both'}.`);
      }
      if (documents !== undefined) {
        return { words: [...flags, '--from=-'], stdin: documents.map((each) => `${JSON.stringify(each)}\n`).join('') };
      }
      return { words: [...flags, '--', ...(await Promise.all((files ?? []).map((path) => place.file(path))))] };
    },
  }),
  gather: tool({
    description: 'Searches several sources at once; one ranked list without repetitions, or an answer from it.',
    input: gatherInput,
    load: async () => (await import('../commands/gather.js')).gatherCommand,
    given: ({ question, limit, answer, ...input }, place) => ({
      words: [
        ...sourcesFlag(input.sources, place),
        ...flag('limit', limit),
        ...(answer === true ? ['--answer'] : []),
        '--',
        question,
      ],
      isFree: answer !== true,
    }),
  }),
  validate: tool({
    description: 'Makes several checks of one text at once; one list of findings.',
    input: validateInput,
    load: async () => (await import('../commands/validate.js')).validateCommand,
    given: async (input, place) => {
      const { stdin, path } = await documentOf(input, place);
      return {
        words: [
          ...listFlag('checks', input.checks),
          ...flag('tone', input.tone),
          ...sourcesFlag(input.sources, place),
          '--',
          path,
        ],
        stdin,
      };
    },
  }),
  research: tool({
    description: 'Divides a question into tasks that search and answer at once; one report that cites its sources.',
    input: researchInput,
    load: async () => (await import('../commands/research.js')).researchCommand,
    given: ({ question, tasks, rounds, ...input }, place) => ({
      words: [...sourcesFlag(input.sources, place), ...flag('tasks', tasks), ...flag('rounds', rounds), '--', question],
    }),
  }),
  compare: tool({
    description: 'Asks several models, or several prompts, at once; side by side, or the best of them.',
    input: compareInput,
    load: async () => (await import('../commands/compare.js')).compareCommand,
    given: async ({ prompt, prompts, models, best, criteria, ...input }, place) => {
      const hasDocument = input.text !== undefined || input.file !== undefined;
      const { stdin, path } = hasDocument ? await documentOf(input, place) : { stdin: '', path: undefined };
      return {
        words: [
          ...listFlag('models', models),
          ...Object.entries(prompts ?? {}).map(([name, said]) => `--variant=${name}=${asText(said)}`),
          ...flag('document', path),
          ...flag('best', best),
          ...flag('criteria', criteria),
          ...(prompt === undefined ? [] : ['--', asText(prompt)]),
        ],
        stdin,
      };
    },
  }),
  map: tool({
    description: 'Asks one prompt about each row of a table, all at once; an answer for each row.',
    input: mapInput,
    load: async () => (await import('../commands/map.js')).mapCommand,
    given: ({ rows, prompt, system }) => ({
      words: [`--prompt=${asText(prompt)}`, ...flag('system', system && asText(system)), '--', '-'],
      stdin: JSON.stringify(rows),
    }),
  }),
};

async function documentOf(
  { text, file }: { text?: string | undefined; file?: string | undefined },
  place: Place,
): Promise<{ stdin: string; path: string }> {
  if ((text === undefined) === (file === undefined)) {
    throw new Error(`Expected \`text\` or \`file\`, got ${text === undefined ? 'neither' : 'both'}.`);
  }
  return file === undefined ? { stdin: text ?? '', path: '-' } : { stdin: '', path: await place.file(file) };
}

function flag(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}

function listFlag(name: string, values: readonly string[] | undefined): string[] {
  return values === undefined ? [] : [`--${name}=${values.join(',')}`];
}

/** Without a word about sources each command has its own default. */
function sourcesFlag(names: readonly string[] | undefined, place: Place): string[] {
  return listFlag(
    'sources',
    names?.map((name) => (name === 'files' ? `files:${place.folder()}` : name)),
  );
}

/** A prompt that begins with @ would name a file, which a client may not. */
function asText(prompt: string): string {
  return prompt.startsWith('@') ? ` ${prompt}` : prompt;
}
