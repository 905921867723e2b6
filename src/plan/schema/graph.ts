import { reducerNames } from '../../fold/reducers.js';
import { inputTypes } from '../graph/flow.js';
import type { Flow, FlowNode, GraphInput } from '../graph/flow.js';
import {
  fanOutFields,
  jsonSchema,
  known,
  milliseconds,
  modelFields,
  priority,
  searchable,
  flowValue,
} from './parts.js';
import { list, map, object, text, whole, word } from './schema.js';

const node = object<FlowNode>(
  'A node.',
  {
    prompt: text('A template: `{{ name }}` is an input or a key of the state.', { minLength: 1 }),
    needs: list('Nodes that must have ended before.', text('A node.')),
    writes: text("Key of the state that the answer is written to; the node's own name by default.", { minLength: 1 }),
    system: text('System prompt, a template.'),
    model: text("The API's model id; the run's by default.", { minLength: 1, maxLength: 128 }),
    maxTokens: whole("Most output tokens; the run's by default."),
    timeoutMs: milliseconds("Time that the node may take; the run's by default."),
    attempts: whole("Most tries; the run's by default.", { maximum: 1_000 }),
    schema: jsonSchema('JSON Schema of the answer.'),
    when: text('The node runs only where this holds.'),
    onError: word('What becomes of the run when the node is not ok.', ['fail', 'skip', 'fallback'], 'fail'),
    fallback: { description: 'The answer in its place, with `onError: fallback`.' },
    forEach: text('List whose items the node runs for, each as `{{ item }}`: a name or a path such as `find.parts`.', {
      minLength: 1,
    }),
  },
  ['prompt'],
);

const flow = object<Flow>(
  'A directed graph of model calls with a state that they write to.',
  {
    input: map('Types of the inputs, by name.', word('A type.', inputTypes)),
    nodes: map('Nodes by name, in the order of the result.', node),
    state: map(
      'How several writers of one key meet.',
      object<NonNullable<Flow['state']>[string]>('A key.', { reducer: word('A reducer.', reducerNames) }, ['reducer']),
    ),
    output: text("Key of the state that is the run's output; all of it by default."),
    priority,
  },
  ['nodes'],
);

export const graphInput = object<GraphInput>(
  'Input of the workflow `graph`: a flow, as in a YAML file, and the values of its inputs.',
  {
    flow,
    values: map("Values of the flow's inputs, by name.", flowValue('A value, or a file.')),
    ...fanOutFields(),
    join: word('Always `all`: each node says by `onError` what becomes of the run without it.', ['all'], 'all'),
    ...modelFields(),
    known,
    searchable,
  },
  ['flow'],
);
