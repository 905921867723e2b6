import type { Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';

import { searchAttributes } from '../contract/names.js';

/** `temporal.api.enums.v1.IndexedValueType` */
const indexedValueTypes = { KEYWORD: 2, INT: 3, DOUBLE: 4 } as const;

/** gRPC's `ALREADY_EXISTS`: another process was faster. */
const alreadyExists = 6;

/** Longest wait for a registration to reach every part of a cluster, in milliseconds; ten seconds are usual at most. */
const propagationMs = 15_000;

const attributes = Object.values(searchAttributes);
type Attribute = (typeof attributes)[number];
type Services = Pick<Connection, 'workflowService' | 'operatorService'>;

/**
 * Registers those of fanfold's search attributes that the namespace lacks.
 *
 * @returns whether all can be used: false where it is not permitted to register them (Temporal Cloud), or one of that
 *   name has another type. Runs work without them; they only make runs easier to find.
 */
export async function ensureSearchAttributes(connection: Services, namespace: string): Promise<boolean> {
  try {
    const types = await registeredTypes(connection, namespace);
    if (attributes.some((attribute) => isOther(types[attribute.name], attribute))) return false;
    const missing = attributes.filter(({ name }) => types[name] == null);
    const isRegistered = await register(connection, namespace, missing);
    return await areUsable(connection, namespace, missing.length > 0 && isRegistered ? propagationMs : 0);
  } catch {
    // Temporal Cloud does not let clients ask; the attributes may be there all the same.
    return areUsable(connection, namespace, 0);
  }
}

/** Whether queries know all of fanfold's search attributes, now or within some milliseconds. */
export async function areUsable(
  { workflowService }: Pick<Services, 'workflowService'>,
  namespace: string,
  withinMs: number,
): Promise<boolean> {
  const query = attributes.map(({ name }) => `${name} IS NOT NULL`).join(' AND ');
  const deadline = Date.now() + withinMs;
  for (;;) {
    const usable = await workflowService.countWorkflowExecutions({ namespace, query }).then(
      () => true,
      () => false,
    );
    if (usable || Date.now() >= deadline) return usable;
    await sleep(100);
  }
}

async function registeredTypes({ operatorService }: Services, namespace: string) {
  return (await operatorService.listSearchAttributes({ namespace })).customAttributes ?? {};
}

function isOther(registered: number | null | undefined, { type }: Attribute): boolean {
  return registered != null && registered !== indexedValueTypes[type];
}

/** @returns whether each of them is registered now; `false` where that is not permitted, or the namespace has room for no more */
async function register(
  { operatorService }: Services,
  namespace: string,
  missing: readonly Attribute[],
): Promise<boolean> {
  let isRegistered = true;
  // Attributes are registered one by one: if another process was faster with one of them, a request for all would be refused as a
  // whole.
  for (const { name, type } of missing) {
    await operatorService
      .addSearchAttributes({ namespace, searchAttributes: { [name]: indexedValueTypes[type] } })
      .catch((error: unknown) => {
        isRegistered &&= (error as { code?: unknown }).code === alreadyExists;
      });
  }
  return isRegistered;
}
