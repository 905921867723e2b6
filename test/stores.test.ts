import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BlobStore } from '../src/store/blob-store.js';
import { freePort } from './support/free-port.js';
import { storeCases } from './support/store-cases.js';

/** Path of an S3 server: see scripts/test-stores. */
const program = process.env['FANFOLD_TEST_S3'];

describe.skipIf(program === undefined)('the store in a bucket', () => {
  let server: ChildProcess;
  let endpoint: string;
  let prefixes = 0;

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'made-up-user-1';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'made-up-token-1';
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn(program!, ['-backend', 'memory', '-host', `127.0.0.1:${port}`], { stdio: 'ignore' });
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
    for (let tries = 0; ; tries += 1) {
      const made = await client.send(new CreateBucketCommand({ Bucket: 'texts' })).then(
        () => true,
        (error: unknown) => {
          if (tries === 50) throw error;
          return false;
        },
      );
      if (made) break;
      await sleep(100);
    }
    client.destroy();
  });

  afterAll(async () => {
    server.kill();
    await once(server, 'exit');
  });

  const freshPlace = async () => `s3://texts/a prefix/${(prefixes += 1)}?endpoint=${encodeURIComponent(endpoint)}`;

  // An object's time is in whole seconds.
  storeCases(freshPlace, 1_000);

  it('leaves alone what others have in the bucket', async () => {
    const store = new BlobStore(`s3://texts?endpoint=${encodeURIComponent(endpoint)}`);
    expect(await store.stats()).toMatchObject({ texts: 0 });
    await store.close();
  });

  it('says what is wrong with a bucket that is not there', async () => {
    const store = new BlobStore(`s3://nowhere?endpoint=${encodeURIComponent(endpoint)}`);
    await expect(store.putText('a')).rejects.toMatchObject({
      type: 'StoreUnusable',
      message: expect.stringMatching(/^The store s3:\/\/nowhere\/ cannot be used: NoSuchBucket/),
    });
    await store.close();
  });
});
