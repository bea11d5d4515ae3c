/**
 * What one front-end of a zone alone writes: pushes into the monitoring of VMs, and the templates of hosts. Three
 * exporters as they run on three front-ends, while leaders change, the zone is split, has none, and a server is slow.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { get } from '../support/exporter.ts';
import { startMonitord } from '../support/monitord.ts';
import { type ServerId, serverIds, startZone } from '../support/zone-lab.ts';

test('one front-end at a time pushes power and writes the templates of hosts', async (t) => {
  const zone = await startZone(t);
  const monitords = await Promise.all(serverIds.map(() => startMonitord()));
  t.after(() => Promise.all(monitords.map(({ close }) => close())));
  /** Who has pushed what there was to push, in order. */
  const pushes = (): readonly (readonly [at: number, by: ServerId])[] =>
    serverIds
      .flatMap((id) =>
        (monitords[id]?.received ?? []).map(({ vms }) => [Number(vms.get(8)?.['POWER_TIME']), id] as const),
      )
      .filter(([at]) => at > 0)
      .sort(([one], [other]) => one - other);
  const pushedBy = async (id: ServerId, times: number): Promise<void> => {
    const monitord = monitords[id];
    assert.ok(monitord !== undefined);
    const before = monitord.received.length;
    await monitord.until(() => monitord.received.length >= before + times);
  };
  const exporters = [];
  for (const id of serverIds)
    exporters.push(
      await zone.start(
        id,
        '--monitoring.push',
        '--monitoring.interval=5s',
        `--monitoring.address=${monitords[id]?.address}`,
        '--monitoring.config-file=/nowhere/monitord.conf',
        '--scheduler.attributes',
      ),
    );
  await pushedBy(0, 1);

  while (!zone.templates.includes(0)) await new Promise((resolve) => setTimeout(resolve, 20));

  // The leader changes, and the one before follows.
  zone.elect({ leaders: [1], terms: [2, 2, 2] });
  await pushedBy(1, 1);

  // Cut off, it still takes itself for the leader; the others have elected another.
  zone.elect({ sides: [[1], [0, 2]], leaders: [1, 2], terms: [3, 2, 3] });
  await pushedBy(2, 1);

  // The split has a hole: one server is seen from both sides.
  zone.elect({
    sides: [
      [0, 1],
      [0, 2],
    ],
    leaders: [1, 2],
    terms: [3, 2, 3],
  });
  await pushedBy(2, 1);

  // A follower that does not answer holds up nobody.
  zone.elect({ sides: [serverIds], leaders: [2], terms: [3, 3, 3], slow: [0] });
  await pushedBy(2, 1);

  // Nobody leads, and two say that they do since the same election.
  zone.elect({ leaders: [], slow: [] });
  const seen = pushes().length;
  for (const exporter of exporters)
    while (!/energy is not counted by this front-end.*no server of the zone/.test(exporter.log()))
      await get(exporter);
  zone.elect({ leaders: [0, 2], terms: [4, 4, 4] });
  for (const id of [0, 2] as const)
    while (!/energy is not counted.*says that it leads the zone, too/.test(exporters[id]?.log() ?? ''))
      await get(exporters[id] ?? { url: '' });
  const then = pushes().length;
  zone.elect({ leaders: [0], terms: [5, 5, 5] });
  await pushedBy(0, 1);

  const order = pushes();
  const turns = order.map(([, id]) => id).filter((id, at, all) => id !== all[at - 1]);
  assert.deepEqual(turns, [0, 1, 2, 0]);
  assert.ok(then - seen <= 1, `${then - seen} while nobody led`);
  for (const [at, [seconds, id]] of order.entries()) {
    const [before, by] = order[at - 1] ?? [];
    if (before !== undefined && by !== id) assert.ok(seconds - before >= 4, `${order}`);
  }
  // Templates are written when there is something to write: not every leader has had to.
  let turn = 0;
  for (const id of zone.templates) {
    while (turn < turns.length && turns[turn] !== id) turn += 1;
    assert.ok(turn < turns.length, `${zone.templates}`);
  }
});
