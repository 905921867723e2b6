import { defineSearchAttributeKey } from '@temporalio/common';

import { searchAttributes } from '../../src/contract/names.js';

/** The typed keys of fanfold's search attributes. */
export const attributeKeys = {
  kind: defineSearchAttributeKey(searchAttributes.kind.name, searchAttributes.kind.type),
  status: defineSearchAttributeKey(searchAttributes.status.name, searchAttributes.status.type),
  costUsd: defineSearchAttributeKey(searchAttributes.costUsd.name, searchAttributes.costUsd.type),
  branches: defineSearchAttributeKey(searchAttributes.branches.name, searchAttributes.branches.type),
};
