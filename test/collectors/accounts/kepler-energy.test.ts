/** Energy from Kepler's counters, page by page as they were recorded. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { type Accounts, noAccounts } from '../../../collectors/accounts/accounts.ts';
import { advance } from '../../../collectors/accounts/advance.ts';
import { formatAccounts } from '../../../collectors/accounts/format-accounts.ts';
import { parseAccounts } from '../../../collectors/accounts/parse-accounts.ts';
import { sightsOf } from '../../../collectors/accounts/sights.ts';
import { noVmCpu } from '../../../collectors/vm-cpu.ts';
import { readAgentPages } from '../../support/agent-pages.ts';
import { repositoryPath } from '../../support/expected.ts';
import { madeHost, madeStep, madeVm, noon, rules } from '../../support/made-accounts.ts';

interface GivenPage {
  readonly text: string;
  /** After noon. */
  readonly seconds: number;
}

const recorded = (name: string): string =>
  readFileSync(repositoryPath('test/fixtures/kepler', `v0.11.4-${name}.prom`), 'utf8');
const vms = [524, 525, 526, 527].map((id) => ({
  ...madeVm(id, 0, { deployId: `one-${id}` }),
  flavours: -1,
  exporter: undefined,
  previousHostId: undefined,
}));
const hosts = [madeHost(0)];

/** The accounts after each page. */
const countPages = (pages: readonly GivenPage[], from: Accounts = noAccounts): readonly Accounts[] => {
  const read = readAgentPages(
    pages.map(({ text }) => text),
    { times: pages.map(({ seconds }) => noon / 1000 + seconds) },
  );
  let accounts = from;
  return read.map(({ agent, verdict, counters }, index) => {
    const at = noon + (pages[index]?.seconds ?? 0) * 1000;
    const origin = { place: 'http://kvm0:28282/metrics', readAt: at, counters };
    const agents = new Map([[0, [{ agent: agent?.name ?? '', verdict, origin }]]]);
    const sights = sightsOf({ hosts, vms, agents, vmCpu: noVmCpu, hostModels: new Map() }, 'capacity');
    accounts = advance(accounts, madeStep(at, hosts, vms, [...sights]), rules);
    return accounts;
  });
};
const vmJoules = (accounts: Accounts | undefined, id: number): number =>
  Math.round(accounts?.vms.get(id)?.own ?? Number.NaN) / 1000;
const hostJoules = (accounts: Accounts | undefined): number =>
  Math.round(accounts?.hosts.get(0)?.total ?? Number.NaN) / 1000;
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 0.01, `${actual} is not ${expected}`);

test('VMs alone: joules by difference, package and memory, also where nobody asked for an hour', () => {
  for (const seconds of [5, 3600]) {
    const after = countPages([
      { text: recorded('node-vm-1'), seconds: 0 },
      { text: recorded('node-vm-2'), seconds },
    ]).at(-1);
    near(vmJoules(after, 525), 227.704899 - 118.86926 + 20.516398 - 10.69768);
    near(hostJoules(after), 42333.383963 - 41775.890982 + 5632.047995 - 5581.873872);
  }
});

test('a VM that ends keeps what it drew to its end, and begins anew when it returns', () => {
  const ended = recorded('node-vm-3-terminated').replace(
    /(state="terminated",vm_id="[^"]*525",vm_name="one-525",zone="package"\}) 227.704899/,
    '$1 43',
  );
  const running = recorded('node-vm-2').replace(
    /(kepler_vm_cpu_joules_total.*vm_name="one-525",zone="package"\}) \S+/,
    '$1 20',
  );
  const back = (text: string, joules: number): string =>
    text.replace(
      /(kepler_vm_cpu_joules_total\{[^}]*state=)"running"(,vm_id="[^"]*)526",vm_name="one-526",zone="package"\} \S+\n/,
      (line, before: string, id: string) =>
        `${line}${before}"running"${id}525",vm_name="one-525",zone="package"} ${joules}\n`,
    );
  const pages = (first: number, second: number): readonly GivenPage[] => [
    { text: running, seconds: 0 },
    { text: back(ended, first), seconds: 15 },
    { text: back(recorded('node-vm-4-after'), second), seconds: 21 },
  ];
  // Less than before, and more than before: both are counted from 0.
  for (const [first, second] of [
    [10, 30],
    [50, 90],
  ] as const) {
    const [, twice, last] = countPages(pages(first, second));
    near(vmJoules(twice, 525), 23 + first);
    near(vmJoules(last, 525), 23 + second);
  }
});

test('Kepler is started again: VMs count from 0, and the processors go on', () => {
  const [, first, , last] = countPages([
    { text: recorded('node-vm-3-terminated'), seconds: 0 },
    { text: recorded('node-vm-4-after'), seconds: 10 },
    { text: recorded('node-vm-5-restarted'), seconds: 20 },
    { text: recorded('node-vm-6-restarted'), seconds: 25 },
  ]);
  near(vmJoules(last, 526) - vmJoules(first, 526), 11.113622 + 0.967754);
  near(hostJoules(last) - hostJoules(first), 45259.323552 - 43717.587262 + 5895.178526 - 5756.633407);
});

test('Kepler is started again after a counter of the processors has wrapped', () => {
  const again = recorded('one-socket-wrap-4')
    .replace(/^(kepler_node_cpu_active_joules_total.*) \S+$/gm, '$1 0')
    .replace(/^(kepler_node_cpu_idle_joules_total.*zone="package"\}) \S+$/m, '$1 153.392947')
    .replace(/^(kepler_node_cpu_idle_joules_total.*zone="dram"\}) \S+$/m, '$1 1688.542871');
  const after = (seconds: number): Accounts | undefined =>
    countPages([
      { text: recorded('one-socket-wrap-3'), seconds: 0 },
      { text: again, seconds },
    ]).at(-1);
  near(hostJoules(after(10)), 153.392947 - 32.331019 + 1688.542871 - 1669.172963);
  // The raw counter may have wrapped once more in a long time: nothing is counted.
  for (const seconds of [90, 290, 3600]) assert.equal(hostJoules(after(seconds)), 0);
});

test('the counter of the processors wraps, and nothing is lost', () => {
  const pages = [1, 2, 3, 4, 5].map((page) => ({
    text: recorded(`one-socket-wrap-${page}`),
    seconds: page * 6,
  }));
  near(hostJoules(countPages(pages).at(-1)), 534.916673 - 61.716186 + 85.764126 - 10.052048);
});

test('a zone stands still: that time is not measured, and what comes after is counted whole', () => {
  const [before, frozen, after, last] = countPages([
    { text: recorded('node-vm-6-restarted'), seconds: 0 },
    { text: recorded('node-vm-7-package-frozen'), seconds: 11 },
    { text: recorded('node-vm-8-after-freeze'), seconds: 17 },
    { text: recorded('node-vm-9-after-freeze'), seconds: 22 },
  ]);
  assert.equal(vmJoules(frozen, 525), vmJoules(before, 525));
  near(vmJoules(after, 525), 119.495045 + 32.845983 - 22.038123);
  near(vmJoules(last, 525), 253.648906 + 44.920932 - 22.038123);
  assert.equal(last?.vms.get(525)?.unmeasuredMs, 11_000);
});

/** Processes of the page, in processor seconds by pid. */
const processPage = (seconds: number, joules: number, used: Readonly<Record<number, number>>): string => {
  const processes = Object.entries(used).map(
    ([pid, value]) =>
      `kepler_process_cpu_seconds_total{comm="qemu",container_id="",exe="/usr/bin/qemu-system-x86_64",node_name="",pid="${pid}",type="vm",vm_id="u-${pid}"} ${value}`,
  );
  return `kepler_build_info{version="v0.11.4"} 1
kepler_node_cpu_active_joules_total{zone="package"} ${joules / 2}
kepler_node_cpu_active_watts{zone="package"} 50
kepler_node_cpu_idle_joules_total{zone="package"} ${joules / 2}
kepler_node_cpu_info{physical_id="0",processor="0"} 1
kepler_node_cpu_info{physical_id="0",processor="1"} 1
kepler_node_cpu_joules_total{zone="package"} ${joules % 1000}
kepler_node_cpu_usage_ratio 0.5
kepler_node_cpu_watts{zone="package"} ${100 + seconds * 0}
${processes.join('\n')}
oneext_vm_process_info{domain="one-525",pid="10"} 1
oneext_vm_process_info{domain="one-526",pid="20"} 1
promhttp_metric_handler_errors_total{cause="encoding"} 0
`;
};

test('processes: their part of the energy of the host, also over an hour, and over a start of the exporter', () => {
  const first = countPages([{ text: processPage(0, 5000, { 10: 100, 20: 7 }), seconds: 0 }]).at(-1);
  const kept = parseAccounts(formatAccounts(first ?? noAccounts));
  assert.ok(typeof kept !== 'string');
  const next = { text: processPage(0, 365_000, { 10: 3700, 20: 7 }), seconds: 3600 };
  const after = countPages([next], kept).at(-1);
  // One of two CPUs for an hour, of 360 kJ.
  assert.deepEqual([vmJoules(after, 525), vmJoules(after, 526), hostJoules(after)], [180_000, 0, 360_000]);
  assert.equal(after?.vms.get(525)?.measuredMs, 3_600_000);
});

test('processes: one that has ended keeps its last seconds; one of another machine size counts nothing', () => {
  const terminated = `kepler_process_cpu_watts{pid="10",state="terminated",type="vm",vm_id="u-10",zone="package"} 5\n`;
  const pages = [
    { text: processPage(0, 5000, { 10: 100, 20: 7 }), seconds: 0 },
    { text: terminated + processPage(0, 6000, { 10: 104, 20: 7 }), seconds: 10 },
    { text: terminated + processPage(0, 7000, { 10: 104, 20: 7 }), seconds: 20 },
  ];
  const [, once, twice] = countPages(pages);
  assert.deepEqual([vmJoules(once, 525), vmJoules(twice, 525)], [200, 200]);
  assert.equal(twice?.vms.get(525)?.measuredMs, 10_000);
  const fewer = processPage(0, 8000, { 10: 105, 20: 7 }).replace(
    /kepler_node_cpu_info.*processor="1".*\n/,
    '',
  );
  const after = countPages([...pages.slice(0, 1), { text: fewer, seconds: 70 }]).at(-1);
  assert.equal(vmJoules(after, 525), 0);
});

test('levels that change between two pages are not compared', () => {
  const [, after] = countPages([
    { text: recorded('node-vm-1'), seconds: 0 },
    { text: recorded('node-process-1'), seconds: 10 },
  ]);
  assert.deepEqual([vmJoules(after, 525), hostJoules(after)], [0, 0]);
});
