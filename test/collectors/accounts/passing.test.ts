/** VMs that move between the parts of a cloud: what the parts have counted together is what one exporter counts. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Accounts, noAccounts } from '../../../collectors/accounts/accounts.ts';
import { advance } from '../../../collectors/accounts/advance.ts';
import type { AccountedVm } from '../../../collectors/accounts/counted-vm.ts';
import { madeHost, madeStep, madeVm, noon, power, rules, second } from '../../support/made-accounts.ts';

const [running, migrating] = [3, 4];

/** Where the VM is at a step, and from where it comes while it moves. */
interface Scene {
  readonly hostId: 0 | 1;
  readonly isMoving: boolean;
}
const vmIn = ({ hostId, isMoving }: Scene): AccountedVm =>
  madeVm(7, hostId, { lcmState: isMoving ? migrating : running });

/** One host is in each part. While the VM moves, the process on the host that it leaves draws power, too. */
const stepOf = (at: number, scene: Scene, part: 0 | 1 | undefined) => {
  const from = 1 - scene.hostId;
  const watts = (id: number): number => (id === scene.hostId ? 40 : scene.isMoving && id === from ? 25 : 0);
  const ids = [0, 1].filter((id) => part === undefined || id === part);
  const isOwn = part === undefined || part === scene.hostId;
  const vm = vmIn(scene);
  const vms = isOwn ? [vm] : scene.isMoving ? [{ ...vm, isPassing: true as const }] : [];
  const sights = ids.map((id) => [id, [power(id, at, 100, watts(id) > 0 ? { 7: watts(id) } : {})]] as const);
  return madeStep(
    at,
    ids.map((id) => madeHost(id)),
    vms,
    sights,
  );
};

const countAll = (scenes: readonly Scene[], part: 0 | 1 | undefined): Accounts => {
  let accounts = noAccounts;
  for (const [at, scene] of scenes.entries())
    accounts = advance(accounts, stepOf(noon + at * 15 * second, scene, part), rules);
  return accounts;
};

const amountsOf = (accounts: readonly Accounts[]) => {
  const sums = { energy: 0, runMs: 0, lifeMs: 0, unmeasuredMs: 0 };
  for (const { vms } of accounts)
    for (const { own, share, measuredMs, unmeasuredMs, lifeMs } of vms.values()) {
      sums.energy += own + share;
      sums.runMs += measuredMs + unmeasuredMs;
      sums.unmeasuredMs += unmeasuredMs;
      sums.lifeMs += lifeMs;
    }
  return sums;
};

/** Stays, moves for some steps, and comes or goes back. */
const scenesOf = (
  stays: readonly (readonly [steps: number, moving: number, fails: boolean])[],
): readonly Scene[] => {
  const scenes: Scene[] = [];
  let hostId: 0 | 1 = 0;
  for (const [steps, moving, fails] of stays) {
    for (let step = 0; step < steps; step += 1) scenes.push({ hostId, isMoving: false });
    const target: 0 | 1 = hostId === 0 ? 1 : 0;
    for (let step = 0; step < moving; step += 1) scenes.push({ hostId: target, isMoving: true });
    if (!fails) hostId = target;
  }
  return [...scenes, { hostId, isMoving: false }, { hostId, isMoving: false }];
};

test('a VM that moves to a host of another part, and back, is counted as by one exporter', () => {
  const scenes = scenesOf([
    [4, 3, false],
    [5, 2, false],
  ]);
  const whole = amountsOf([countAll(scenes, undefined)]);
  const parts = amountsOf([countAll(scenes, 0), countAll(scenes, 1)]);
  assert.equal(parts.lifeMs, whole.lifeMs);
  assert.equal(parts.runMs, whole.runMs);
  assert.ok(parts.energy > 0);
});

test('however VMs move, the parts count no time twice, and none is lost', () => {
  const stay = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 12 }), fc.boolean());
  fc.assert(
    fc.property(fc.array(stay, { minLength: 1, maxLength: 5 }), (stays) => {
      const scenes = scenesOf(stays);
      const whole = amountsOf([countAll(scenes, undefined)]);
      const parts = amountsOf([countAll(scenes, 0), countAll(scenes, 1)]);
      assert.equal(parts.lifeMs, whole.lifeMs);
      const stepMs = 15 * second;
      const moves = stays.length;
      assert.ok(parts.runMs <= whole.runMs + stepMs * moves, `${parts.runMs} of ${whole.runMs}`);
      assert.ok(parts.runMs >= whole.runMs - stepMs * moves, `${parts.runMs} of ${whole.runMs}`);
    }),
    { numRuns: 30 },
  );
});
