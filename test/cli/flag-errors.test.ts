import { Command } from 'commander';
import { expect, it } from 'vitest';

import { flagError } from '../../src/cli/flag-errors.js';
import { InputError } from '../../src/contract/errors.js';

const program = new Command('fanfold');
program
  .command('read')
  .option('--join <policy>')
  .option('--quorum <n>')
  .option('--at-least <share>')
  .option('--from <file>');

function said(message: string, advice?: string): [message: string, advice: string | undefined] {
  const error = flagError(new InputError(message, advice), program, ['read', 'a.md']) as InputError;
  return [error.message, error.advice];
}

it('names every option as its user typed it, and leaves values alone', () => {
  expect(said('Expected `join` to be quorum where `quorum` is given, got `settled`.')).toEqual([
    'Expected `--join` to be quorum where `--quorum` is given, got `settled`.',
    'See `fanfold read --help`.',
  ]);
  expect(said('Expected `atLeast` to be a share, got `quorum`.')[0]).toBe(
    'Expected `--at-least` to be a share, got `quorum`.',
  );
});

it('points to the help of the command where a flag is missing, and nowhere where none is meant', () => {
  expect(said('Expected files or `--from`, got neither.')[1]).toBe('See `fanfold read --help`.');
  expect(said('Expected files or `--from`, got neither.', 'Like this.')[1]).toBe('Like this.');
  expect(said('Expected a file, got `no.md`, which does not exist.')[1]).toBeUndefined();
});
