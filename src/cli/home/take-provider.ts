import { resolve } from 'node:path';

import type { Command } from 'commander';

import { InputError } from '../../contract/errors.js';
import { fullName, namedModel, providerIn, providers } from '../../contract/providers.js';
import type { Provider } from '../../contract/providers.js';
import { usePrices } from '../../model/own-prices.js';
import { defaultProvider } from '../../model/providers/api-of.js';
import { providerRow } from '../../model/providers/provider-table.js';
import { parseChoice } from '../read/numbers.js';
import type { World } from '../world.js';
import { canAsk } from './cassette-of.js';

/** Flags that say who is asked, as far as a command has them. */
interface ProviderFlags {
  provider?: string;
  prices?: string;
  model?: string;
  models?: string;
  judgeModel?: string;
  offline?: boolean;
  economy?: boolean;
  serverTools?: string;
}

/** Flags that name models. */
const named = ['model', 'models', 'judgeModel'] as const;

/**
 * Takes in who is asked and what that costs: the worker that serves the command has its environment. Models are named in full from here on.
 *
 * @throws InputError for a provider or a file of prices that cannot be meant
 */
export function takeProvider(action: Command, world: World): void {
  const provided = action.opts<ProviderFlags>();
  const { provider, prices = world.env['FANFOLD_PRICES'], ...flags } = provided;
  if (provider !== undefined) world.env['FANFOLD_PROVIDER'] = parseChoice(provider, 'provider', providers);
  if (prices) world.env['FANFOLD_PRICES'] = resolve(world.cwd, prices);
  usePrices(world.env, provided.prices === undefined ? 'FANFOLD_PRICES' : '`prices`');
  if (flags.offline === true) return;
  const told = named.flatMap((name) => (action.getOptionValueSource(name) === 'cli' ? split(flags[name]) : []));
  const only = onlyProvider(told);
  // Whoever names one provider, and has no key of Anthropic's, means it throughout.
  if (only !== undefined && !world.env['FANFOLD_PROVIDER'] && !canAsk(world)) world.env['FANFOLD_PROVIDER'] = only;
  const byDefault = defaultProvider(world.env);
  checkDefault(byDefault, told, action);
  for (const name of named) {
    if (flags[name] === undefined) continue;
    const full = split(flags[name]).map((model) => fullName(model, byDefault));
    action.setOptionValueWithSource(name, full.join(','), action.getOptionValueSource(name));
  }
  const { models, model } = action.opts<ProviderFlags>();
  if (flags.economy === true) checkEconomy(split(models ?? model));
  if (flags.serverTools !== undefined) checkServerTools(split(model));
}

/** What a run's input says of who is asked, as the flags it was begun with did. */
interface AskedInput {
  model?: unknown;
  models?: unknown;
  judgeModel?: unknown;
}

/**
 * The world of whoever goes on with a run: its models say who is asked, as the flags did that it was begun with. Nobody has to say it again.
 *
 * @param input of the run, whatever it is
 */
export function worldOfRun(input: unknown, world: World): World {
  if (world.env['FANFOLD_PROVIDER'] || canAsk(world)) return world;
  const { model, models, judgeModel } = (input ?? {}) as AskedInput;
  const told = [Array.isArray(models) ? models : model, judgeModel].flat();
  const only = onlyProvider(told.filter((each): each is string => typeof each === 'string'));
  return only === undefined ? world : { ...world, env: { ...world.env, FANFOLD_PROVIDER: only } };
}

function split(models: string | undefined): string[] {
  return (models ?? '').split(',').flatMap((model) => model.trim() || []);
}

/** The provider of all models, where each names the same. */
function onlyProvider(models: readonly string[]): Provider | undefined {
  const [first, ...others] = new Set(models.map(providerIn));
  return others.length === 0 ? first : undefined;
}

/** The model that is asked by default is Anthropic's. */
function checkDefault(byDefault: Provider, told: readonly string[], action: Command): void {
  const hasClaude = providerRow(byDefault)?.hasClaude ?? true;
  const needsModel = action.options.some(({ long, defaultValue }) => long === '--model' && defaultValue !== undefined);
  if (hasClaude || told.length > 0 || !needsModel || action.name() === 'graph') return;
  throw new InputError(
    `Expected \`--model\` with the provider \`${byDefault}\`, got none: what is asked by default is Anthropic's.`,
    'Name one of its models.',
  );
}

function checkEconomy(models: readonly string[]): void {
  const other = models.find((model) => namedModel(model).provider !== 'anthropic');
  if (other === undefined) return;
  throw new InputError(
    `Expected a model of Anthropic's with \`--economy\`, got \`${other}\`: no other provider has Message Batches.`,
    'Leave `--economy` out.',
  );
}

function checkServerTools(models: readonly string[]): void {
  const other = models.find((model) => providerRow(namedModel(model).provider)?.hasClaude === false);
  if (other === undefined) return;
  throw new InputError(
    `Expected a model of Anthropic's with \`--server-tools\`, got \`${other}\`: its provider has no such tools.`,
    'Leave `--server-tools` out.',
  );
}
