/** Agents that lie in ways that no recording shows: no wrong watt, and a reason for each. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { readAgentPages, shownVerdict } from '../../support/agent-pages.ts';
import { repositoryPath } from '../../support/expected.ts';
import { madeMeters } from '../../support/made-meters.ts';

const recorded = (name: string): string => readFileSync(repositoryPath('test/fixtures', name), 'utf8');
const half = recorded('made-host/half-2-scaphandre-1.0.0.prom');
const keplerVms = recorded('kepler/v0.11.4-node-vm-2.prom');
const telegraf = recorded('telegraf/powerstat-out-v2.prom');

/** What is made of pages that come so many seconds after the first one. */
const reasonsOf = (pages: readonly (readonly [seconds: number, page: string])[]): readonly string[] =>
  readAgentPages(
    pages.map(([, page]) => page),
    { times: pages.map(([seconds]) => 1000 + seconds) },
  ).map(({ verdict }) => (verdict.sound ? 'ok' : verdict.reason));

test('a page that does not change is not of now after five minutes, and is believed again when it moves', () => {
  const next: readonly (readonly [string, string])[] = [
    [half, half.replace(/^(scaph_host_energy_microjoules) \d+$/m, '$1 6739229507')],
    [keplerVms, recorded('kepler/v0.11.4-node-vm-3-terminated.prom')],
    [telegraf, telegraf.replace(/^(process_cpu_seconds_total) \S+$/m, '$1 5.1')],
  ];
  for (const [page, later] of next)
    assert.deepEqual(
      reasonsOf([
        [0, page],
        [15, page],
        [299, page],
        [300, page],
        [315, page],
        [330, later],
        [345, later],
      ]),
      ['ok', 'ok', 'ok', 'frozen', 'frozen', 'ok', 'ok'],
    );
});

test('a page on which only watts move is of now: not every agent counts energy with each reading', () => {
  const moved: readonly (readonly [string, RegExp])[] = [
    [half, /^(scaph_host_power_microwatts \d+)(?=\d$)/m],
    [half, /^(scaph_process_power_consumption_microwatts\{.* \d+)(?=\d\.?\d*$)/m],
    [keplerVms, /^(kepler_node_cpu_watts\{.* \d+)/m],
    [keplerVms, /^(kepler_vm_cpu_watts\{.*state="running".* \d+)/m],
  ];
  for (const [page, line] of moved) {
    const other = page.replace(line, (shown) =>
      shown.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
    );
    assert.notEqual(other, page, String(line));
    const reasons = reasonsOf([
      [0, page],
      [299, other],
      [300, other],
      [599, page],
      [898, page],
      [899, page],
    ]);
    assert.ok(!reasons.slice(0, 5).includes('frozen'), `${line}: ${reasons}`);
    assert.equal(reasons.at(-1), 'frozen');
  }
});

test('what a frozen page says of the machine is not of now either', () => {
  const page = recorded('telegraf/ipmi-v2-out-v2-intel.prom');
  const read = readAgentPages([page, page], { times: [1000, 1300] });
  assert.deepEqual(
    read.map(({ platform }) => platform.length),
    [2, 0],
  );
});

test('agents that tell their first standstill themselves keep their reason', () => {
  const processes = recorded('kepler/v0.11.4-node-process-2.prom');
  const meter = recorded('node-exporter/node-exporter-1.9.0.prom');
  assert.deepEqual(
    reasonsOf([
      [0, processes],
      [15, processes],
      [315, processes],
    ]),
    ['ok', 'no_process_power', 'frozen'],
  );
  assert.deepEqual(
    reasonsOf([
      [0, meter],
      [15, meter],
      [315, meter],
    ]),
    ['first_reading', 'rapl_unreadable', 'rapl_unreadable'],
  );
});

test('units that are wrong by a thousand: the host is absurd, or its VMs are', () => {
  const times = (factor: number, lines: RegExp): string =>
    half.replace(lines, (_, start: string, value: string) => `${start}${Math.round(Number(value) * factor)}`);
  const processes = /^(scaph_process_power_consumption_microwatts\{.*\} )([\d.]+)$/gm;
  const [whole] = readAgentPages([times(1000, /^(scaph_(?:host|process)_power\w*(?:\{.*\})? )([\d.]+)$/gm)]);
  assert.deepEqual(whole && shownVerdict(whole.verdict)['reason'], 'absurd_value');
  const [vms] = readAgentPages([times(1000, processes)]);
  // Of an idle VM nobody can tell.
  assert.deepEqual(vms && shownVerdict(vms.verdict)['unknown'], {
    'one-524': 'absurd_value',
    'one-525': 'absurd_value',
  });
});

/** Pages of our own agent on two hosts, of which one has been up for a day longer. */
const twoHosts = () => {
  const hosts = [madeMeters(), madeMeters()] as const;
  for (const host of hosts) host.start('onepower');
  hosts[1].run(3600, { vms: { 2: 1 } });
  return (seconds: number) =>
    hosts.map((host, at) => {
      host.run(seconds, { vms: { [at + 1]: 2 } });
      return host.page('onepower');
    });
};

test('two hosts behind one address: what one has counted since the other was asked is nobody’s power', () => {
  const pagesAfter = twoHosts();
  const pages = Array.from({ length: 6 }, (_, at) => pagesAfter(15)[at % 2] ?? '');
  assert.deepEqual(
    reasonsOf(pages.map((page, at) => [at * 15, page] as const)),
    Array.from({ length: 6 }, () => 'first_reading'),
  );
});

test('odd names of domains are told as they are, and no name becomes that of another VM', () => {
  const domains = [
    'one-7"x',
    'one-7\\',
    'one 7',
    'ünï-✓',
    'one-7,debug-threads=on',
    '-nameguest=one-7',
    "one-7'",
  ];
  for (const name of domains) {
    const label = name.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    const kepler = recorded('kepler/v0.11.4-node-vm-2.prom').replaceAll(
      'vm_name="one-525"',
      `vm_name="${label}"`,
    );
    const onepower = `onepower_info{version="1",meter="rapl"} 1
onepower_host_cpus 2
onepower_zone_energy_joules_total{zone="package-0",counted="true"} 1
`;
    const counted = (seconds: number): string =>
      `${onepower}onepower_host_energy_joules_total ${seconds * 50}
onepower_host_cpu_seconds_total{mode="idle"} ${seconds * 2}
onepower_vm_energy_joules_total{domain="${label}",uuid=""} ${seconds * 5}
`;
    const [ofKepler] = readAgentPages([kepler]);
    const [, ofOwn] = readAgentPages([counted(100), counted(110)]);
    for (const page of [ofKepler, ofOwn]) {
      assert.ok(page?.verdict.sound, name);
      const names = page.verdict.reading.domains?.map((domain) => domain.name) ?? [];
      assert.ok(names.includes(name), `${name}: ${names}`);
      assert.ok(!names.includes('one-7'), name);
    }
  }
});
