/** A guest that sees its own power goes on seeing it, wherever it migrates to. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMigrationLab, until } from '../../simulator/migration-lab/lab.ts';
import { get } from '../support/exporter.ts';
import { type GuestCloud, startGuestCloud } from '../support/guest-cloud.ts';
import { lastReads, makeGuestLinux, passThrough, scaphandreSamples } from '../support/guest-lab.ts';
import { familyOf } from '../support/samples.ts';

/** What the exporter has counted for VM 8, in joules. */
const accountOf = async ({ exporter }: GuestCloud): Promise<number> =>
  familyOf(await get(exporter), 'opennebula_vm_energy_joules_total')['{one_vm_id="8"}'] ?? 0;

test('a guest pulls with its OneGate token while it migrates: the counter never falls, and Scaphandre in it is right', async (t) => {
  const lab = startMigrationLab(t);
  const cloud = await startGuestCloud(t);
  await passThrough(t, lab, cloud.url);
  const linux = makeGuestLinux(t, 'pull.sh', /^READ /m);
  await lab.startGuest({
    host: 'hostA',
    id: 8,
    fillMib: 224,
    linux: {
      ...linux,
      devices: "<interface type='user'><model type='virtio'/><rom enabled='no'/></interface>",
    },
  });
  const text = (): string => lab.textOf(8);
  cloud.setBusy(false);
  const truthBefore = cloud.joules();
  // Scaphandre has its first sample while the VM draws nothing, and its last one when it draws nothing again.
  await until('Scaphandre reads the tree', () => scaphandreSamples(text()).at(-1)?.watts === 0, 60_000);
  const guestBefore = lastReads(text()).value;
  const accountBefore = await accountOf(cloud);
  cloud.setBusy(true);
  const beganAt = performance.now();
  for (const [from, to] of [
    ['hostA', 'hostB'],
    ['hostB', 'hostA'],
  ] as const) {
    const migration = lab.startMigration(8, from, to);
    assert.equal(await migration.ended, 0, migration.output().stderr);
    assert.deepEqual(lab.whereIs(8), [to]);
  }
  await sleep(Math.max(0, beganAt + 25_000 - performance.now()));
  cloud.setBusy(false);
  const truth = cloud.joules() - truthBefore;
  const samples = scaphandreSamples(text()).length;
  await until(
    'the VM is at rest',
    () =>
      scaphandreSamples(text())
        .slice(samples + 1)
        .some(({ watts }) => watts === 0),
    60_000,
  );
  const { value, reads, falls, torn } = lastReads(text());
  assert.deepEqual([falls, torn], [0, 0]);
  const own = (value - guestBefore) / 1e6;
  const account = (await accountOf(cloud)) - accountBefore;
  assert.ok(Math.abs(own - account) <= 0.02 * account, `${own} J in the guest, ${account} J in its account`);
  const seen = scaphandreSamples(text());
  const integral = seen.reduce(
    (sum, { uptime, watts }, at) => sum + watts * (uptime - (seen[at - 1]?.uptime ?? uptime)),
    0,
  );
  assert.ok(
    Math.abs(integral - truth) <= 0.05 * truth,
    `${integral} J by Scaphandre's watts, made were ${truth} J`,
  );
  t.diagnostic(
    `${reads} reads; made ${truth} J, account ${account} J, guest ${own} J, Scaphandre ${integral} J`,
  );
  assert.doesNotMatch(text(), /FAILED/);
});
