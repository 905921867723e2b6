import { expect, it } from 'vitest';

import { BlobStore } from '../../src/store/blob-store.js';
import { placeKind, storeIn } from '../../src/store/open-place.js';
import { readUrl } from '../../src/store/s3-place.js';

it.each([
  ['/a/folder', 'directory'],
  ['relative/s3:/odd', 'directory'],
  ['C:\\store', 'directory'],
  ['postgres://u:p@h/d', 'postgres'],
  ['PostgreSQL://h/d', 'postgres'],
  ['s3://bucket', 's3'],
])('takes %s for what it is', (where, kind) => expect(placeKind(where)).toBe(kind));

it('refuses another kind without showing what may be secret in it', () => {
  expect(() => new BlobStore('gs://user:hunter2@bucket')).toThrow(
    /^Expected `FANFOLD_STORE` to be a folder, .*, got `gs:\/\/…`\.$/,
  );
  expect(storeIn('store', '/here')).toBe('/here/store');
  expect(storeIn('s3://bucket', '/here')).toBe('s3://bucket');
});

it('reads what an S3 URL names', () => {
  expect(readUrl('s3://bucket')).toEqual({ bucket: 'bucket', prefix: '', endpoint: undefined, region: undefined });
  expect(readUrl('s3://my.bucket/a/b%20c/?endpoint=http://127.0.0.1:9000&region=eu-north-1')).toEqual({
    bucket: 'my.bucket',
    prefix: 'a/b c/',
    endpoint: 'http://127.0.0.1:9000',
    region: 'eu-north-1',
  });
});

it.each([
  ['s3:///prefix', /got one without a bucket/],
  ['s3://user:hunter2@bucket', /got one with a user/],
  ['s3://bucket?endpont=http://a', /got the parameter `endpont`/],
  ['s3://bucket?endpoint=a.example.org', /got an endpoint that is no address of a server/],
])('refuses %s', (url, message) => {
  expect(() => readUrl(url)).toThrow(message);
  expect(() => readUrl(url)).not.toThrow(/hunter2/);
});
