import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';

import { promoteBuild } from '../../src/client/index.js';

/** What gRPC says of it. */
const notFound = 5;
const permissionDenied = 7;
const failedPrecondition = 9;

/** A client whose server refuses the first promotions with these codes, and how often it was asked. */
function refusing(...codes: number[]): { client: Client; asked: object[] } {
  const asked: object[] = [];
  const setWorkerDeploymentCurrentVersion = async (request: object) => {
    asked.push(request);
    const code = codes[asked.length - 1];
    if (code !== undefined) throw Object.assign(new Error('refused'), { code, details: 'refused', metadata: {} });
  };
  const options = { namespace: 'default', identity: 'someone' };
  return { client: { options, workflowService: { setWorkerDeploymentCurrentVersion } } as unknown as Client, asked };
}

describe('a build whose worker is starting', () => {
  it('is waited for until the server knows it, and each of its task queues', async () => {
    const { client, asked } = refusing(notFound, failedPrecondition);
    await promoteBuild(client, 'fanfold', 'soon');
    const wanted = { namespace: 'default', identity: 'someone', deploymentName: 'fanfold', buildId: 'soon' };
    expect(asked).toEqual([wanted, wanted, wanted]);
  });

  it('is not waited for where the server refuses for another reason', async () => {
    const { client, asked } = refusing(permissionDenied);
    await expect(promoteBuild(client, 'fanfold', 'soon')).rejects.toMatchObject({ code: permissionDenied });
    expect(asked).toHaveLength(1);
  });
});
