/** Laws of an installation: all of it or nothing, whichever step fails, and back again byte for byte. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { planInstallation } from '../../front-end-installer/io/plan-installation.ts';
import { runInstallation, type Step } from '../../front-end-installer/io/run-installation.ts';
import { installAll, locked, removeAll, startLab, stepsOf } from './installation-lab.ts';

export const testLaws = (isFirstGeneration: boolean): void => {
  const over = isFirstGeneration ? 'over the first generation' : 'on a fresh front-end';

  test(`${over}: installed, again without a change, and away without a trace`, async (t) => {
    const { installation, describe } = await startLab(t, isFirstGeneration);
    const before = describe();
    await installAll(installation);
    const installed = describe();
    assert.notDeepEqual(installed, before);
    const plan = await planInstallation(installation, await installation.store.read());
    assert.deepEqual([plan.files, plan.hooks], [[], []]);
    await installAll(installation);
    assert.deepEqual(describe(), installed);
    assert.deepEqual(await removeAll(installation), []);
    assert.deepEqual(describe(), before);
  });

  test(`${over}: whichever step fails, before or after it acted, everything is as it was`, async (t) => {
    const { installation, describe } = await startLab(t, isFirstGeneration);
    const before = describe();
    const count = (await stepsOf(installation)).length;
    assert.ok(count > 25, String(count));
    for (let at = 0; at < count; at += 1) {
      for (const moment of ['before', 'after']) {
        await locked(installation, async () => {
          const steps = (await stepsOf(installation)).map((step, index): Step => {
            if (index !== at) return step;
            const run = async (): Promise<void> => {
              if (moment === 'after') await step.run();
              throw new Error('the step fails');
            };
            return { ...step, run };
          });
          await assert.rejects(
            runInstallation(steps, () => undefined),
            /the step fails; everything is as it was/,
          );
        });
        assert.deepEqual(describe(), before, `step ${at}, ${moment}`);
      }
    }
  });

  test(`${over}: killed after any step, the next run completes it, and away it goes`, async (t) => {
    const { installation, describe } = await startLab(t, isFirstGeneration);
    const before = describe();
    const count = (await stepsOf(installation)).length;
    for (let at = 0; at < count; at += 1) {
      const steps = await stepsOf(installation);
      for (const step of steps.slice(0, at)) await step.run();
      if (at % 2 === 0) await installAll(installation);
      else if (at === 1) continue; // nothing but the record: the next round goes on from there
      assert.deepEqual(await removeAll(installation), [], `step ${at}`);
      assert.deepEqual(describe(), before, `step ${at}`);
    }
  });
};
