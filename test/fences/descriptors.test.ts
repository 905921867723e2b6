import { expect, it } from 'vitest';

import { neededOf } from '../../scripts/bundle/descriptors.mjs';

// What the command's bundle keeps of Temporal's descriptors.

const field = (type: string) => ({ type, id: 1 });
const descriptors = {
  made: {
    nested: {
      v1: {
        nested: {
          Up: {
            methods: {
              ListThings: { requestType: 'ListRequest', responseType: 'ListResponse' },
              DropThings: { requestType: 'DropRequest', responseType: '.made.v1.Nothing' },
            },
          },
          ListRequest: { fields: { inner: field('Inner') }, nested: { Inner: { fields: { of: field('Leaf') } } } },
          ListResponse: { fields: { kind: field('Kind'), by: { ...field('Leaf'), keyType: 'string' } } },
          Leaf: { fields: { text: field('string') } },
          DropRequest: { fields: {} },
          Nothing: { fields: {} },
          Named: { fields: { leaf: field('made.v1.Leaf') } },
          Kind: { values: { ONE: 1 } },
          OtherKind: { values: { ONE: 1 } },
        },
      },
    },
  },
};

it('keeps the methods that a text names with all that they carry, the types that it names, and every enumeration', () => {
  const needed = neededOf(descriptors, ['new made.v1.Up().listThings({})', 'made.v1.Named.decode(bytes)']);
  const { nested } = needed.made.nested.v1;
  expect(Object.keys(nested)).toEqual(['Up', 'ListRequest', 'ListResponse', 'Leaf', 'Named', 'Kind', 'OtherKind']);
  expect(Object.keys(nested.Up.methods)).toEqual(['ListThings']);
  expect(nested.ListRequest.nested).toEqual(descriptors.made.nested.v1.nested.ListRequest.nested);
});

it('keeps no method, and no service, that no text names', () => {
  const { nested } = neededOf(descriptors, ['nothing of it']).made.nested.v1;
  expect(Object.keys(nested)).toEqual(['Kind', 'OtherKind']);
});
