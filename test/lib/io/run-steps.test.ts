import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { runSteps } from '../../../lib/io/run-steps.ts';

const steps = fc.array(
  fc.record({ needsUndo: fc.boolean(), fails: fc.boolean(), staysBehind: fc.boolean() }),
  { maxLength: 10 },
);

test('law: what the steps made up to a failure or a stop is undone, newest first', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(12), fc.boolean(), async (plan, stopBefore, isTemporary) => {
      const begun: number[] = [];
      const undone: number[] = [];
      const end = await runSteps(
        plan.map((step, index) => ({ ...step, index })),
        {
          run: async ({ index, needsUndo, fails }) => {
            begun.push(index);
            return { needsUndo, ...(fails ? { failure: `step ${index}` } : {}) };
          },
          undo: async ({ index, staysBehind }, left) => {
            const behind = undone.filter((one) => plan[one]?.staysBehind === true);
            assert.deepEqual(left, behind, 'an undo knows what the later ones have left');
            undone.push(index);
            return staysBehind ? index : undefined;
          },
          isStopped: () => begun.length >= stopBefore,
          isTemporary,
        },
      );
      const firstFailure = plan.findIndex(({ fails }) => fails);
      const whole = firstFailure < 0 ? plan.length : firstFailure + 1;
      const ran = Math.min(whole, stopBefore);
      const fails = firstFailure >= 0 && ran === whole;
      assert.deepEqual(begun, [...Array(ran).keys()]);
      assert.equal(end.failure, fails ? `step ${firstFailure}` : undefined);
      assert.equal(end.isStopped, !fails && ran < plan.length);
      assert.equal(end.last?.index, ran === 0 ? undefined : ran - 1);
      const made = begun.filter((index) => plan[index]?.needsUndo === true).reverse();
      assert.deepEqual(undone, isTemporary || fails || end.isStopped ? made : []);
      assert.deepEqual(
        end.left,
        undone.filter((index) => plan[index]?.staysBehind === true),
      );
    }),
  );
});
