/** Several power agents of one host, side by side and one after another, over HTTP and by a clock of the test. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { madeHost } from '../support/made-accounts.ts';
import { type MadeAgentName, madeMeters, madeSupplyFactor } from '../support/made-meters.ts';
import { type MeteredMoment, startMeteredCloud } from '../support/metered-cloud.ts';
import { familyOf } from '../support/samples.ts';

const load = { vms: { 1: 2, 2: 4 }, other: 3 };
const vmIds = [1, 2] as const;
const scrapeSeconds = 15;
/** Scrapes, and processor seconds by whole ticks. */
const tolerance = 0.01;

const near = (actual: number | undefined, expected: number, what: string): void =>
  assert.ok(
    Math.abs((actual ?? Number.NaN) - expected) <= expected * tolerance,
    `${what}: ${actual}, not ${expected}`,
  );
const wattsOf = ({ page }: MeteredMoment, vm: number): number | undefined => {
  const microwatts = familyOf(page, 'opennebula_vm_power_consumption_uW')[`{one_vm_id="${vm}"}`];
  return microwatts === undefined ? undefined : microwatts / 1e6;
};
const reasonsOn = ({ page }: MeteredMoment): readonly string[] =>
  Object.keys(familyOf(page, 'opennebula_vm_power_unmeasured_info'));
const joulesOf = ({ accounts }: MeteredMoment, vm: number): number => {
  const { own = 0, share = 0 } = accounts.vms.get(vm) ?? {};
  return (own + share) / 1000;
};

test('three agents of one host: two see the same VMs, and a third reads the machine', async (t) => {
  const host = madeMeters();
  const scrape = await startMeteredCloud(
    t,
    [
      {
        host: { ...madeHost(0), cpuTotal: 1600 },
        meters: (['telegraf', 'kepler', 'scaphandre'] as const).map((agent) => () => host.page(agent)),
      },
    ],
    { 1: 0, 2: 0 },
  );
  host.run(60, load);
  await scrape(60);
  const since = host.truth();
  host.run(scrapeSeconds, load);
  const moment = await scrape(60 + scrapeSeconds);
  const { hostWatts, vmWatts } = host.meanSince(since);
  for (const [vm, watts] of vmWatts) near(wattsOf(moment, vm), watts, `VM ${vm}, once`);
  assert.deepEqual(reasonsOn(moment), []);
  assert.deepEqual(familyOf(moment.page, 'opennebula_host_power_watts'), { '{one_host_id="0"}': hostWatts });
  assert.deepEqual(familyOf(moment.page, 'opennebula_host_platform_power_watts'), {
    '{one_host_id="0",source="dcmi"}': Math.round(hostWatts * madeSupplyFactor),
  });
  near(
    familyOf(moment.page, 'opennebula_host_supply_factor')['{one_host_id="0"}'],
    madeSupplyFactor,
    'factor',
  );
  near((moment.accounts.hosts.get(0)?.total ?? 0) / 1000, hostWatts * scrapeSeconds, 'the host counts once');
  for (const [vm, watts] of vmWatts) near(joulesOf(moment, vm), watts * scrapeSeconds, `energy of VM ${vm}`);
});

/** Who answers at the two URLs of the host, and from when on, in seconds. */
const shifts: readonly { readonly from: number; readonly at: readonly (MadeAgentName | undefined)[] }[] = [
  { from: 0, at: ['scaphandre', undefined] },
  // The next one proves itself before the other one ends.
  { from: 60, at: ['scaphandre', 'kepler'] },
  { from: 90, at: [undefined, 'kepler'] },
  { from: 150, at: ['onepower', 'kepler'] },
  { from: 180, at: ['onepower', undefined] },
  { from: 240, at: ['onepower', 'kepler'] },
  { from: 270, at: [undefined, 'kepler'] },
  { from: 330, at: ['scaphandre', 'kepler'] },
  { from: 360, at: ['scaphandre', undefined] },
];
const shiftAt = (seconds: number) => shifts.findLast(({ from }) => from <= seconds);

test('from Scaphandre to Kepler, to our own agent and back: no gap, no watt twice, and no counter that jumps', async (t) => {
  const host = madeMeters();
  const scrape = await startMeteredCloud(
    t,
    [
      {
        host: { ...madeHost(0), cpuTotal: 1600 },
        meters: [0, 1].map((place) => (seconds: number) => {
          const agent = shiftAt(seconds)?.at[place];
          return agent === undefined ? undefined : host.page(agent);
        }),
      },
    ],
    { 1: 0, 2: 0 },
  );
  let running: readonly (MadeAgentName | undefined)[] = [];
  let before: MeteredMoment | undefined;
  let last = host.truth();
  for (let at = 0; at <= 420; at += scrapeSeconds) {
    const now = shiftAt(at)?.at ?? [];
    for (const agent of now) if (agent !== undefined && !running.includes(agent)) host.start(agent);
    running = now;
    const moment = await scrape(at);
    if (at >= 2 * scrapeSeconds) {
      const { hostWatts, vmWatts } = host.meanSince(last);
      assert.deepEqual(reasonsOn(moment), [], `after ${at} s`);
      for (const [vm, watts] of vmWatts) near(wattsOf(moment, vm), watts, `VM ${vm} after ${at} s`);
      near(
        familyOf(moment.page, 'opennebula_host_power_watts')['{one_host_id="0"}'],
        hostWatts,
        `host after ${at} s`,
      );
      for (const vm of vmIds)
        near(
          joulesOf(moment, vm) - (before === undefined ? 0 : joulesOf(before, vm)),
          (vmWatts.find(([id]) => id === vm)?.[1] ?? 0) * scrapeSeconds,
          `energy of VM ${vm} after ${at} s`,
        );
    }
    before = moment;
    last = host.truth();
    host.run(scrapeSeconds, at % 60 === 0 ? load : { vms: { 1: 1, 2: 6 } });
  }
  assert.equal(before?.accounts.vms.get(1)?.unmeasuredMs, scrapeSeconds * 1000, 'before the first reading');
});

test('one agent takes the place of another at the same URL: only the time without an agent is not measured', async (t) => {
  const host = madeMeters();
  const agentAt = (seconds: number): MadeAgentName | undefined => {
    if (seconds < 60) return 'onepower';
    return seconds < 75 ? undefined : 'scaphandre';
  };
  const scrape = await startMeteredCloud(
    t,
    [
      {
        host: { ...madeHost(0), cpuTotal: 1600 },
        meters: [
          (seconds) => {
            const agent = agentAt(seconds);
            return agent === undefined ? undefined : host.page(agent);
          },
        ],
      },
    ],
    { 1: 0, 2: 0 },
  );
  const moments: MeteredMoment[] = [];
  const truths: ReturnType<typeof host.truth>[] = [];
  for (let at = 0; at <= 120; at += scrapeSeconds) {
    if (agentAt(at) !== agentAt(at - scrapeSeconds) || at === 0) {
      const agent = agentAt(at);
      if (agent !== undefined) host.start(agent);
    }
    moments.push(await scrape(at));
    truths.push(host.truth());
    host.run(scrapeSeconds, load);
  }
  const [last, truth] = [moments.at(-1), truths.at(-1)];
  const measured = [
    [1, 3],
    [5, 8],
  ] as const;
  for (const vm of vmIds) {
    const expected = measured
      .map(([from, to]) => (truths[to]?.vms.get(vm)?.joules ?? 0) - (truths[from]?.vms.get(vm)?.joules ?? 0))
      .reduce((sum, joules) => sum + joules, 0);
    near(last && joulesOf(last, vm), expected, `energy of VM ${vm}`);
    assert.equal(last?.accounts.vms.get(vm)?.measuredMs, 5 * scrapeSeconds * 1000);
  }
  assert.equal(truth?.seconds, 120);
});

test('two agents that see different VMs of a host: each VM has the watts and the energy of the one that sees it', async (t) => {
  const host = madeMeters();
  const without = (page: string, vm: number): string =>
    page.replace(new RegExp(`^.*one-${vm}[,"].*\n`, 'gm'), '');
  const scrape = await startMeteredCloud(
    t,
    [
      {
        host: { ...madeHost(0), cpuTotal: 1600 },
        meters: [() => without(host.page('scaphandre'), 2), () => without(host.page('kepler'), 1)],
      },
    ],
    { 1: 0, 2: 0 },
  );
  host.run(60, load);
  await scrape(0);
  const since = host.truth();
  host.run(scrapeSeconds, load);
  const moment = await scrape(scrapeSeconds);
  for (const [vm, watts] of host.meanSince(since).vmWatts) {
    near(wattsOf(moment, vm), watts, `VM ${vm}`);
    near(joulesOf(moment, vm), watts * scrapeSeconds, `energy of VM ${vm}`);
  }
});

test('the name of a host leads to another one: it has no watt of that one, and no energy', async (t) => {
  const hosts = [madeMeters(), madeMeters()] as const;
  const [, other] = hosts;
  let isMisled = false;
  const scrape = await startMeteredCloud(
    t,
    hosts.map((host, id) => ({
      host: { ...madeHost(id), cpuTotal: 1600 },
      meters: [() => (isMisled ? other : host).page('onepower')],
    })),
    { 1: 0, 2: 1 },
  );
  for (const host of hosts) host.start('onepower');
  const runBoth = (): void => {
    for (const [id, host] of hosts.entries()) host.run(scrapeSeconds, { vms: { [id + 1]: 2 } });
  };
  const energyOf = (moment: MeteredMoment, id: number) => (moment.accounts.hosts.get(id)?.total ?? 0) / 1000;
  const moments: MeteredMoment[] = [];
  for (let at = 0; at <= 60; at += scrapeSeconds) {
    isMisled = at > 30;
    runBoth();
    moments.push(await scrape(at));
  }
  const [, , right, , last] = moments;
  assert.ok(right !== undefined && last !== undefined);
  assert.deepEqual(Object.keys(familyOf(right.page, 'opennebula_host_power_watts')).length, 2);
  assert.deepEqual(familyOf(last.page, 'opennebula_host_power_watts'), { '{one_host_id="1"}': 70 });
  assert.match(last.page, /opennebula_power_agent_info\{one_host_id="0",.*reason="other_host"/);
  assert.equal(wattsOf(last, 1), undefined);
  assert.equal(energyOf(last, 0), energyOf(right, 0));
  assert.ok(energyOf(last, 1) > energyOf(right, 1));
});
