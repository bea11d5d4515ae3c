/** As host-installer-undo.test.ts, for the journey of the most steps: a file of tests has a time limit as a whole. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { assertUndone, journeys, longestJourney } from '../host-installer/broken-runs.ts';

test(`${longestJourney}: whichever call fails, or ends the run, nothing is left of it`, (t) => {
  const journey = journeys[longestJourney];
  assert.ok(journey !== undefined);
  return assertUndone(t, journey, ['before', 'after', 'TERM']);
});
