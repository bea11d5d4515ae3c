import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { allEnded, createLimit } from '../../../lib/io/concurrency.ts';

test('every task has ended when all are waited for, whichever fail, in any order', async () => {
  const task = fc.record({ fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(task, { maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.scheduler(),
      async (tasks, atOnce, scheduler) => {
        const limit = createLimit(atOnce);
        let ended = 0;
        const run = async ({ fails }: { readonly fails: boolean }, at: number): Promise<number> => {
          await scheduler.schedule(Promise.resolve());
          ended += 1;
          if (fails) throw new Error(`task ${at}`);
          return at;
        };
        const all = allEnded(tasks.map((one, at) => limit(() => run(one, at)))).then(
          (results) => ({ results, endedThen: ended }),
          (thrown: Error) => ({ message: thrown.message, endedThen: ended }),
        );
        const first = tasks.findIndex(({ fails }) => fails);
        assert.deepEqual(await scheduler.waitFor(all), {
          ...(first === -1 ? { results: tasks.map((_, at) => at) } : { message: `task ${first}` }),
          endedThen: tasks.length,
        });
      },
    ),
  );
});
