import type { S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';

import { FanfoldError, InputError, UnavailableError } from '../contract/errors.js';
import { StoreSum } from './blob-place.js';
import type { BlobPlace, StoreStats } from './blob-place.js';

/** A content of so many bytes or fewer is put again, which is one request; a larger one is copied onto itself, which is two. */
const copiedFromBytes = 1_000_000;

/** Requests at once while the bucket is gone through. */
const requestsAtOnce = 20;

type Sdk = typeof import('@aws-sdk/client-s3');

interface Bucket {
  bucket: string;
  /** Empty, or with a slash at its end. */
  prefix: string;
}

/**
 * Opens the place in a bucket: `s3://bucket/prefix?endpoint=https://…&region=…`. Keys, region and endpoint come from where AWS's own
 * programs have them (`AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, profiles, roles).
 *
 * @throws InputError when the URL cannot be read
 * @throws UnavailableError `StoreUnusable` where AWS's client is not installed
 */
export async function openS3Place(url: string): Promise<BlobPlace> {
  const { bucket, prefix, endpoint, region } = readUrl(url);
  const sdk = await import('@aws-sdk/client-s3').catch((error: unknown) => {
    throw new UnavailableError(
      'StoreUnusable',
      `The store s3://${bucket} needs AWS's client for S3, which is not installed.`,
      'Install it beside fanfold: npm install @aws-sdk/client-s3',
      error,
    );
  });
  const client = new sdk.S3Client({
    ...(endpoint !== undefined && { endpoint }),
    // Servers of one's own have a bucket in the path, not in the host's name, and take any region.
    ...(endpoint !== undefined && { forcePathStyle: true, region: 'us-east-1' }),
    ...(region !== undefined && { region }),
    // Servers that are not Amazon's refuse the checksums that its client adds: what is read is checked by its hash anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return new S3Place(sdk, client, { bucket, prefix });
}

/** @throws InputError */
export function readUrl(url: string): Bucket & { endpoint: string | undefined; region: string | undefined } {
  const expected = 'Expected `FANFOLD_STORE` to be a URL like `s3://bucket/prefix?endpoint=https://s3.example.org`';
  if (!URL.canParse(url)) throw new InputError(`${expected}, got one that cannot be read.`);
  const { hostname: bucket, pathname, searchParams, username, password } = new URL(url);
  if (username !== '' || password !== '')
    throw new InputError(`${expected}, got one with a user.`, 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
  if (bucket === '') throw new InputError(`${expected}, got one without a bucket.`);
  const other = [...searchParams.keys()].find((name) => name !== 'endpoint' && name !== 'region');
  if (other !== undefined) throw new InputError(`${expected}, got the parameter \`${other}\`.`);
  const endpoint = searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !/^https?:\/\/[^/?#@]+\/?$/.test(endpoint))
    throw new InputError(`${expected}, got an endpoint that is no address of a server.`);
  const path = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  return { bucket, prefix: path === '' ? '' : `${path}/`, endpoint, region: searchParams.get('region') ?? undefined };
}

/** Objects of a bucket, `PREFIXab/abcd…`. The server's clock says how old they are. */
class S3Place implements BlobPlace {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(sdk: Sdk, client: S3Client, { bucket, prefix }: Bucket) {
    this.#sdk = sdk;
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  get title(): string {
    return `the store s3://${this.#bucket}/${this.#prefix}`;
  }

  async put(name: string, content: Buffer): Promise<void> {
    const at = this.#at(name);
    if (content.length >= copiedFromBytes && (await this.#head(at.Key))?.bytes === content.length) {
      const CopySource = `${this.#bucket}/${at.Key.split('/').map(encodeURIComponent).join('/')}`;
      // A copy onto itself has to change something: what it says of itself is written anew.
      const command = new this.#sdk.CopyObjectCommand({ ...at, CopySource, MetadataDirective: 'REPLACE' });
      await this.#do(() => this.#client.send(command));
      return;
    }
    await this.#do(() =>
      this.#client.send(new this.#sdk.PutObjectCommand({ ...at, Body: content, ContentLength: content.length })),
    );
  }

  async read(name: string): Promise<Buffer | undefined> {
    return this.#unlessMissing(async () => {
      const { Body } = await this.#client.send(new this.#sdk.GetObjectCommand(this.#at(name)));
      return Body && Buffer.from(await Body.transformToByteArray());
    });
  }

  async older(beforeMs: number): Promise<StoreStats> {
    const found = new StoreSum();
    for await (const page of this.#pages(beforeMs)) for (const { bytes, putAtMs } of page) found.add(bytes, putAtMs);
    return found.stats;
  }

  async prune(beforeMs: number): Promise<StoreStats> {
    const removed = new StoreSum();
    const limit = pLimit(requestsAtOnce);
    for await (const page of this.#pages(beforeMs)) {
      await Promise.all(
        page.map(({ key, bytes, putAtMs }) =>
          limit(async () => {
            // It may have been put again since the list was made. S3 has no delete that asks how old an object is: what is put in the
            // moment between these two requests is lost, which is why only what is a day older than every run is removed.
            const now = await this.#head(key);
            if (now === undefined || now.putAtMs >= beforeMs) return;
            const command = new this.#sdk.DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
            await this.#do(() => this.#client.send(command));
            removed.add(bytes, putAtMs);
          }),
        ),
      );
    }
    return removed.stats;
  }

  async isTidyingDue(everyMs: number): Promise<boolean> {
    const mark = `${this.#prefix}tidied`;
    const last = await this.#head(mark);
    if (last !== undefined && Date.now() - last.putAtMs < everyMs) return false;
    const { done } = await this.#pages(Infinity).next();
    if (done === true) return false;
    const command = new this.#sdk.PutObjectCommand({
      Bucket: this.#bucket,
      Key: mark,
      Body: Buffer.alloc(0),
      ContentLength: 0,
    });
    await this.#do(() => this.#client.send(command));
    return true;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  /** Objects that were put before, page by page; what others have in the bucket is left alone. */
  async *#pages(beforeMs: number): AsyncGenerator<{ key: string; bytes: number; putAtMs: number }[]> {
    let ContinuationToken: string | undefined;
    do {
      const command = new this.#sdk.ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: this.#prefix,
        ContinuationToken,
      });
      const { Contents = [], NextContinuationToken } = await this.#do(() => this.#client.send(command));
      const page = Contents.flatMap(({ Key: key = '', Size: bytes = 0, LastModified }) => {
        const putAtMs = LastModified?.getTime() ?? Infinity;
        const isOurs = /^([0-9a-f]{2})\/\1[0-9a-f]{62}$/.test(key.slice(this.#prefix.length));
        return isOurs && putAtMs < beforeMs ? [{ key, bytes, putAtMs }] : [];
      });
      if (page.length > 0) yield page;
      ContinuationToken = NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  async #head(Key: string): Promise<{ bytes: number; putAtMs: number } | undefined> {
    return this.#unlessMissing(async () => {
      const command = new this.#sdk.HeadObjectCommand({ Bucket: this.#bucket, Key });
      const { ContentLength = 0, LastModified } = await this.#client.send(command);
      return { bytes: ContentLength, putAtMs: LastModified?.getTime() ?? Infinity };
    });
  }

  async #unlessMissing<Found>(ask: () => Promise<Found>): Promise<Found | undefined> {
    try {
      return await ask();
    } catch (error) {
      const { name } = error as Error;
      if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
      throw this.#unusable(error);
    }
  }

  async #do<Done>(ask: () => Promise<Done>): Promise<Done> {
    try {
      return await ask();
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  #unusable(error: unknown): Error {
    if (error instanceof FanfoldError) return error;
    const { name, message } = error as Error;
    const said = message === name || message === '' ? name : `${name}: ${message}`;
    return new UnavailableError(
      'StoreUnusable',
      `${this.title.replace(/^t/, 'T')} cannot be used: ${said.replace(/\.$/, '')}.`,
      'Check FANFOLD_STORE, and the keys, region and endpoint that AWS_ variables or a profile name. The bucket has to be there.',
      error,
    );
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${name.slice(0, 2)}/${name}` };
  }
}
