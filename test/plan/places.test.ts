import { describe, expect, it } from 'vitest';

import { placesOf } from '../../src/plan/planned-run.js';

const place = (key: string, index: number) => ({ key, index, queuedAtMs: 0 });

describe('the branches of a run', () => {
  it('are the planned ones before any has begun', () => {
    expect(placesOf({ keys: ['find', 'each', 'sum'] }, [])).toEqual([
      { key: 'find', index: 0 },
      { key: 'each', index: 1 },
      { key: 'sum', index: 2 },
    ]);
  });

  it('have the items of a `forEach` in the place of their node, whoever began first', () => {
    const scheduled = [place('find', 0), place('each[1]', 4), place('each[0]', 3)];
    const places = placesOf({ keys: ['find', 'each', 'sum'] }, scheduled);
    expect(places.map(({ key }) => key)).toEqual(['find', 'each[0]', 'each[1]', 'sum']);
  });

  it('are those that have begun, of a run that adds all of them', () => {
    const places = placesOf({ keys: [], grows: true }, [place('turn-2', 2), place('turn-1', 0)]);
    expect(places.map(({ key }) => key)).toEqual(['turn-1', 'turn-2']);
  });
});
