import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { runPlan } from '../../../live-migrate/io/run-plan.ts';
import type { Step } from '../../../live-migrate/steps.ts';

const endOf = (status: number) => ({ status, stdout: '', stderr: '' });

/** A world in which `make N` makes N, unless that step's status says otherwise, and `remove N` removes it. */
const createWorld = (statuses: readonly number[], happensWhenUncertain: boolean) => {
  const things = new Set<string>();
  const removed: number[] = [];
  const run = async ({ argv: [, thing = ''] }: Step) => {
    const status = statuses[Number(thing)] ?? 0;
    if (status === 0 || (status >= 124 && happensWhenUncertain)) things.add(thing);
    return endOf(status);
  };
  const undo = async (_: string, [, thing = '']: readonly string[]) => {
    things.delete(thing);
    removed.push(Number(thing));
    return endOf(0);
  };
  return { things, removed, run, undo };
};

const stepOf = (hasUndo: boolean, noFail: boolean, index: number): Step => ({
  host: index % 2 === 0 ? 'hostA' : 'hostB',
  what: '',
  argv: ['make', String(index)],
  ...(hasUndo ? { undo: ['remove', String(index)] as const } : {}),
  ...(noFail ? { noFail: true as const } : {}),
  part: 'tunnel',
});

const statuses = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 77, 124, 142, 255) },
);
const plans = fc.array(fc.record({ hasUndo: fc.boolean(), noFail: fc.boolean(), status: statuses }), {
  maxLength: 12,
});

test('law: whichever step fails, all that was made is undone, newest first, and its status is the first', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.boolean(), fc.nat(14), async (plan, happens, stopAfter) => {
      const world = createWorld(
        plan.map(({ status }) => status),
        happens,
      );
      const steps = plan.map(({ hasUndo, noFail }, index) => stepOf(hasUndo, noFail, index));
      let ran = 0;
      const end = await runPlan(steps, {
        run: (step) => {
          ran += 1;
          return world.run(step);
        },
        undo: world.undo,
        isInterrupted: () => ran >= stopAfter,
      });

      const firstFailure = plan.findIndex(({ status, noFail }) => status !== 0 && !noFail);
      const length = firstFailure === -1 ? plan.length : firstFailure + 1;
      assert.equal(ran, Math.min(length, stopAfter), 'nothing runs after the failure or the interruption');
      const failed = firstFailure !== -1 && firstFailure < stopAfter;
      assert.equal(end.status, failed ? plan[firstFailure]?.status : 0);
      assert.equal(end.interrupted, !failed && stopAfter < plan.length);

      const undoable = steps.filter((step) => step.undo !== undefined).map(({ argv }) => argv[1]);
      for (const thing of undoable) assert.ok(!world.things.has(thing ?? ''), `${thing} is left`);
      const { removed } = world;
      assert.deepEqual(
        removed,
        [...removed].sort((a, b) => b - a),
        'newest first',
      );
      for (const index of removed) {
        const status = plan[index]?.status ?? 1;
        assert.ok(index < ran && (status === 0 || status >= 124), 'only what this run made');
      }
    }),
    { numRuns: 500 },
  );
});

test('an undo that fails is told, hides no status, and keeps no other undo from running', async () => {
  const undone: string[] = [];
  const end = await runPlan(
    [0, 1, 2].map((index) => stepOf(true, false, index)),
    {
      run: async ({ argv }) => endOf(argv[1] === '2' ? 7 : 0),
      undo: async (_, argv) => {
        undone.push(argv.join(' '));
        return endOf(255);
      },
      isInterrupted: () => false,
    },
  );
  assert.equal(end.status, 7);
  assert.deepEqual(undone, ['remove 1', 'remove 0']);
  const left = end.left.map(({ host, argv }) => [host, ...argv].join(' '));
  assert.deepEqual(left, ['hostB remove 1', 'hostA remove 0']);
});
