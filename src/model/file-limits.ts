import { InputError } from '../contract/errors.js';
import type { StoredFile } from '../contract/document.js';
import { namedModel } from '../contract/providers.js';
import { claudeName } from './providers/claude-name.js';

/** Largest request of the API, in bytes; a file is in it in base64, which makes four bytes of three. */
const mostRequestBytes = 32 * 1_024 * 1_024;

/** Room for system, prompt and schema beside the files. */
const besideFilesBytes = 1_024 * 1_024;

/** Largest image, in bytes of base64, and in pixels either way. */
const mostImageBytes = 10 * 1_024 * 1_024;
const mostPixels = 8_000;

/** Pixels either way where a request has more than 20 images. */
const manyImages = 20;
const mostPixelsOfMany = 2_000;

/** Pages and images in a request, where the model's context is of a million tokens, and where it is smaller. */
const mostPages = { large: 600, small: 100 } as const;

/** Models with a context of a million tokens; what is not known counts as smaller. */
const largeContext = /^claude-(?:fable|mythos|opus|sonnet)-5(?:-|$)/;

/**
 * Checks files against what the API takes in one request, so that nothing is paid for before it is refused.
 *
 * @param files of one request
 * @throws InputError naming the first that the API would refuse
 * @see https://platform.claude.com/docs/en/build-with-claude/pdf-support, https://platform.claude.com/docs/en/build-with-claude/vision,
 *   https://platform.claude.com/docs/en/api/overview#request-size-limits (as of autumn 2026)
 */
export function checkFiles(files: readonly StoredFile[], model: string): void {
  const images = files.filter(({ extent }) => 'width' in extent).length;
  for (const file of files) checkImage(file, images);
  const { provider, name } = namedModel(model);
  const most = largeContext.test(provider === 'anthropic' ? name : (claudeName(name) ?? name))
    ? mostPages.large
    : mostPages.small;
  const what = named(files);
  const pages = files.reduce((sum, { extent }) => sum + ('pages' in extent ? extent.pages : 0), 0);
  if (pages > most) {
    throw new InputError(
      `Expected ${what} to have at most ${most} pages, got ${pages}: ${model} takes no more in one request.`,
      'Split it, or send its text alone: --pdf text.',
    );
  }
  if (images > most) {
    throw new InputError(`Expected at most ${most} images, got ${images}: ${model} takes no more in one request.`);
  }
  const bytes = files.reduce((sum, file) => sum + base64Length(file.bytes), 0);
  const room = mostRequestBytes - besideFilesBytes;
  if (bytes > room) {
    throw new InputError(
      `Expected ${what} to be at most ${megabytes((room / 4) * 3)}, got ${megabytes((bytes / 4) * 3)}: ` +
        `a request may have ${megabytes(mostRequestBytes)}, and base64 makes four bytes of three.`,
      pages > 0 ? 'Split it, or send its text alone: --pdf text.' : undefined,
    );
  }
}

function checkImage({ name, bytes, extent }: StoredFile, images: number): void {
  if (!('width' in extent)) return;
  const { width, height } = extent;
  const [most, why] =
    images > manyImages
      ? [mostPixelsOfMany, `of more than ${manyImages} images in one request`]
      : [mostPixels, 'of an image'];
  if (width > most || height > most) {
    throw new InputError(
      `Expected \`${name}\` to have at most ${most} x ${most} pixels, got ${width} x ${height}: the API takes no more ${why}.`,
      'Make it smaller first.',
    );
  }
  if (base64Length(bytes) > mostImageBytes) {
    throw new InputError(
      `Expected \`${name}\` to be at most ${megabytes((mostImageBytes / 4) * 3)}, got ${megabytes(bytes)}: ` +
        `an image may have ${megabytes(mostImageBytes)} in base64, which makes four bytes of three.`,
      'Make it smaller first.',
    );
  }
}

function named(files: readonly StoredFile[]): string {
  const [first] = files;
  return files.length === 1 ? `\`${first?.name ?? ''}\`` : `${files.length} files together`;
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
