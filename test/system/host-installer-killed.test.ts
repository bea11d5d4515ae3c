/** A run that is killed, at whichever step of any journey, is put right by the next one. */
import test from 'node:test';
import { assertMended, journeys } from '../host-installer/broken-runs.ts';

for (const [name, journey] of Object.entries(journeys)) {
  test(`${name}: killed at whichever call, the next run comes to the same end`, (t) =>
    assertMended(t, journey));
}
