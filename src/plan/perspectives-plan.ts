import type { RowsFold } from '../fold/rows.js';
import type { Chunk, Way } from '../contract/lanes.js';
import { checkWays, totalOf } from './item-request.js';
import type { WidePlan } from './summarise-plan.js';
import { isWorthCaching } from '../contract/document.js';
import type { StoredDocument } from '../contract/document.js';
import type { Known } from '../contract/known.js';
import type { ModelRequest } from '../contract/model-request.js';
import { InputError } from '../contract/errors.js';
import { fanInOf } from '../fold/fan-in.js';
import { maxDirectWidth, mostWays } from '../contract/limits.js';
import { modelOptionsOf, policyOf } from './policy.js';
import type { FanInOptions, FanOutOptions, ModelOptions } from '../contract/options.js';
import { specialistRules, structuredInstruction } from '../prompts/perspectives.js';
import { defaultPerspectives, perspectiveOf } from './specialists.js';
import type { FanOutPlan, PlannedBranch } from './fan-out-plan.js';
import { problemsOf } from './perspective.js';
import type { Perspective } from './perspective.js';

/** Input of the workflow `perspectives`. */
export interface PerspectivesInput extends FanOutOptions, ModelOptions, FanInOptions {
  /** The document; `chunks` where there are several. */
  document?: StoredDocument;
  /** Several documents, each read by every specialist, in lanes. */
  chunks?: readonly Chunk[];
  /** What the document is called in the Web UI. */
  title?: string;
  /** In the order of the result. A bare name takes fanfold's own instruction for it. */
  perspectives?: readonly (string | Perspective)[];
  /** Whether the namespace knows fanfold's search attributes; without them the run leaves them out. */
  searchable?: boolean;
  /** What is taken over from the finished run that this one retries. */
  known?: Known;
  /** The state of the execution before, after continue-as-new. */
  carried?: unknown;
}

/**
 * The plan of a `perspectives` run over one document.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planPerspectives(input: PerspectivesInput): FanOutPlan {
  const { document } = input;
  if (document === undefined || input.chunks !== undefined) {
    throw new InputError(
      `Expected a \`document\`, or several as \`chunks\`, got ${document === undefined ? 'neither' : 'both'}.`,
    );
  }
  const perspectives = checkPerspectives((input.perspectives ?? defaultPerspectives).map(asPerspective));
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const shared = {
    model,
    maxTokens,
    system: specialistRules,
    document,
    ...(perspectives.length > 1 && isWorthCaching(document) && { cacheDocument: true }),
  };
  return {
    branches: perspectives.map((perspective) => branchOf(perspective, shared)),
    policy: policyOf(input, perspectives.length),
    offline,
    fresh,
    fanIn: fanInOf(input),
    // A perspective's own model and length are not the fan-in's.
    fanInModel: model,
    fanInMaxTokens: maxTokens,
  };
}

/**
 * The plan of a `perspectives` run over several documents, in lanes: the branches about one document are neighbours, with the keys
 * `document/perspective`.
 *
 * @throws InputError when no run can be made of the input; nothing has been spent then
 */
export function planPerspectivesOver(input: PerspectivesInput): { wide: WidePlan; rows: RowsFold } {
  const { chunks = [], document } = input;
  if (document !== undefined) throw new InputError('Expected a `document`, or several as `chunks`, got both.');
  const perspectives = checkPerspectives((input.perspectives ?? defaultPerspectives).map(asPerspective), mostWays);
  const { model, maxTokens, offline, fresh } = modelOptionsOf(input);
  const ways = perspectives.map(wayOf);
  checkWays(ways, 'perspectives');
  const total = totalOf(chunks, ways.length, 'document');
  const fanIn = foldedInLanes(input, perspectives, total);
  const template = { model, maxTokens, system: specialistRules, prompt: '', ways };
  return {
    rows: { samples: 1, vote: undefined, ways: ways.map(({ key }) => key) },
    wide: {
      chunks,
      total,
      template,
      policy: policyOf(input, total, { inLanes: true }),
      offline,
      fresh,
      ...(fanIn.how !== 'merge' && { fanIn }),
    },
  };
}

/** The fan-in over the readings of one document, as a tree. Those of several documents stay side by side. */
function foldedInLanes(input: PerspectivesInput, perspectives: readonly Perspective[], total: number) {
  const fanIn = fanInOf(input);
  if (fanIn.how === 'merge') return fanIn;
  if (total > perspectives.length) {
    throw new InputError(
      `Expected one document with \`fan-in\` ${fanIn.how}, got several.`,
      'Fold the readings of each document in a run of its own.',
    );
  }
  const weighed = perspectives.find(({ weight }) => weight !== undefined);
  if (weighed !== undefined) {
    throw new InputError(
      `Expected no weights with \`fan-in\` ${fanIn.how} over readings in lanes, which are folded in groups, got one of \`${weighed.key}\`.`,
      `Leave the weights out, or give the run at most ${maxDirectWidth} perspectives.`,
    );
  }
  return fanIn;
}

function wayOf({ key, instruction, model, maxTokens, outputSchema }: Perspective): Way {
  return {
    key,
    prompt: outputSchema === undefined ? instruction : structuredInstruction(instruction),
    ...(model !== undefined && { model }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(outputSchema !== undefined && { outputSchema }),
  };
}

/** The branch of a perspective. What all of them share comes first, so that they share a prefix. */
function branchOf(perspective: Perspective, shared: Omit<ModelRequest, 'prompt'>): PlannedBranch {
  const { key, prompt = '', ...own } = wayOf(perspective);
  const { weight } = perspective;
  return { key, request: { ...shared, ...own, prompt }, ...(weight !== undefined && { weight }) };
}

function asPerspective(perspective: string | Perspective): Perspective {
  return typeof perspective === 'string' ? perspectiveOf(perspective.trim()) : perspective;
}

function checkPerspectives(perspectives: readonly Perspective[], most = maxDirectWidth): readonly Perspective[] {
  if (perspectives.length === 0) throw new InputError('Expected at least one perspective, got none.');
  if (perspectives.length > most) {
    throw new InputError(
      `Expected at most ${most} perspectives, got ${perspectives.length}.`,
      'Give each run fewer perspectives.',
    );
  }
  const seen = new Set<string>();
  for (const perspective of perspectives) {
    const { key } = perspective;
    const [problem] = problemsOf(perspective);
    if (problem !== undefined) {
      throw new InputError(problem.field === 'key' ? problem.message : `Perspective \`${key}\`: ${problem.message}`);
    }
    if (seen.has(key)) {
      throw new InputError(`Expected every perspective once, got \`${key}\` twice.`, 'Leave one of them out.');
    }
    seen.add(key);
  }
  return perspectives;
}
