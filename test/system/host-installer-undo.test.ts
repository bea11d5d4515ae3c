/** Whichever step of any journey fails, or ends the run, what had been done is undone. */
import test from 'node:test';
import { assertUndone, journeys, longestJourney } from '../host-installer/broken-runs.ts';

for (const [name, journey] of Object.entries(journeys)) {
  if (name === longestJourney) continue;
  test(`${name}: whichever call fails, or ends the run, nothing is left of it`, (t) =>
    assertUndone(t, journey, ['before', 'after', 'TERM']));
}
