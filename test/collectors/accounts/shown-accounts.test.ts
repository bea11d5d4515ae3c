import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createShown } from '../../../collectors/accounts/shown-accounts.ts';

const counted = (at: number) => ({ at, value: at });

test('what is shown is on the disk of another front-end; where none asks, all is shown', () => {
  const shown = createShown<number>();
  shown.hear(1, 0);
  shown.offer(counted(10));
  assert.equal(shown.choose(counted(11), 1, 0, 180), undefined);
  shown.take(1, 10);
  assert.equal(shown.choose(counted(25), 1, 20, 180), 10);
  assert.equal(shown.choose(counted(40), 1, 181, 180), 40); // it has not asked for too long
  shown.hear(1, 200);
  assert.equal(shown.choose(counted(55), 1, 200, 180), 40); // no less than before
  shown.offer(counted(55));
  shown.take(1, 55);
  assert.equal(shown.choose(counted(70), 1, 210, 180), 55);
});

test('of five front-ends, two others must have it', () => {
  const shown = createShown<number>();
  for (const at of [10, 20]) shown.offer(counted(at));
  for (const id of [1, 2, 3, 4]) shown.hear(id, 0);
  shown.take(1, 20);
  assert.equal(shown.choose(counted(30), 2, 0, 180), undefined);
  shown.take(2, 10);
  assert.equal(shown.choose(counted(30), 2, 0, 180), 10);
});

test('what is shown never becomes less, and is no more than what was counted or a majority has', () => {
  const events = fc.array(
    fc.record({
      what: fc.constantFrom('hear', 'offer', 'take', 'choose'),
      server: fc.constantFrom(1, 2, 3, 4),
      back: fc.nat(3),
      passes: fc.nat(100),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, fc.constantFrom(1, 2), (list, needed) => {
      const shown = createShown<number>();
      let [now, at, last] = [0, 0, -1];
      const offered: number[] = [];
      for (const { what, server, back, passes } of list) {
        now += passes;
        at += 1;
        if (what === 'hear') shown.hear(server, now);
        else if (what === 'offer') {
          shown.offer(counted(at));
          offered.push(at);
        } else if (what === 'take') {
          const taken = offered.at(-1 - back);
          if (taken !== undefined) shown.take(server, taken);
        } else {
          const value = shown.choose(counted(at), needed, now, 180) ?? last;
          assert.ok(value >= last && value <= at);
          last = value;
        }
      }
    }),
  );
});
