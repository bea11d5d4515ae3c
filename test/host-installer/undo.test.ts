/** Whichever step of a fresh install fails, what had been done is undone. */
import test from 'node:test';
import { assertUndone, journeys } from './broken-runs.ts';

for (const [name, journey] of Object.entries(journeys)) {
  if (journey.before !== undefined) continue;
  test(`${name}: whichever call fails, nothing is left of the run`, (t) =>
    assertUndone(t, journey, ['before']));
}
