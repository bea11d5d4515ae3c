/** What holds of every page of Telegraf, node_exporter and Kepler: pages that are cut, counters that begin anew. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { PowerVerdict } from '../../../collectors/agents/agent.ts';
import { readAgentPages } from '../../support/agent-pages.ts';
import { repositoryPath } from '../../support/expected.ts';

const read = (name: string): string => readFileSync(repositoryPath('test/fixtures', name), 'latin1');
const hostPowerOf = (verdict: PowerVerdict | undefined): number | undefined =>
  verdict?.sound === true ? verdict.reading.hostPower : undefined;

/** Somewhere on the page, and often where a line begins or ends. */
const anyEnd = (page: string): fc.Arbitrary<number> => {
  const lineEnds = [...page.matchAll(/\n/g)].map(({ index }) => index + 1);
  return fc.oneof(fc.integer({ min: 0, max: page.length }), fc.constantFrom(...lineEnds));
};

test('law: a page of Telegraf that is cut at any byte tells the same of a machine as the whole page, or another source, or nothing', () => {
  const names = readdirSync(repositoryPath('test/fixtures/telegraf'));
  for (const name of names) {
    const page = read(`telegraf/${name}`);
    const [whole] = readAgentPages([page]);
    const readings = readAgentPages(
      // Each source alone: what a page tells that was cut before a better source.
      [page, page.replaceAll(/^redfish.*\n/gm, ''), page.replaceAll(/^redfish_power_powercontrol.*\n/gm, '')],
    ).flatMap(({ platform }) => platform);
    const known = readings.map(({ source, watts, bmcNames }) => `${source} ${watts} ${bmcNames.join()}`);
    fc.assert(
      fc.property(anyEnd(page), (end) => {
        const [cut] = readAgentPages([page.slice(0, end)]);
        for (const { source, watts, bmcNames } of cut?.platform ?? [])
          assert.ok(known.includes(`${source} ${watts} ${bmcNames.join()}`), `${name} ${source} ${watts}`);
        const hostPower = hostPowerOf(cut?.verdict);
        if (hostPower !== undefined) assert.equal(hostPower, hostPowerOf(whole?.verdict));
      }),
      { numRuns: 60 },
    );
  }
});

test('law: a page of node_exporter that is cut at any byte gives the power of the whole page, or none', () => {
  const pages = [1, 2].map((at) => read(`node-exporter/side-${at}-node-exporter-1.11.1.prom`));
  const [first = '', second = ''] = pages;
  const known = hostPowerOf(readAgentPages(pages)[1]?.verdict);
  assert.ok(known !== undefined);
  fc.assert(
    fc.property(anyEnd(second), (end) => {
      const power = hostPowerOf(readAgentPages([first, second.slice(0, end)])[1]?.verdict);
      if (power !== undefined) assert.equal(power, known);
    }),
  );
});

test('node_exporter: after a time in which a counter may have wrapped, the reading is a first one', () => {
  const pages = [1, 2].map((at) => read(`node-exporter/side-${at}-node-exporter-1.11.1.prom`));
  const after = (seconds: number) => readAgentPages(pages, { times: [0, seconds] })[1]?.verdict;
  assert.equal(after(300)?.sound, true);
  const late = after(301);
  assert.ok(late?.sound === false && late.reason === 'first_reading');
});

interface Counted {
  readonly packages: readonly [number, number];
  readonly cpuSeconds: number;
}

const nodePage = ({ packages }: Counted): string =>
  packages
    .map(
      (joules, index) =>
        `node_rapl_package_joules_total{index="${index}",path="/p/intel-rapl:${index}"} ${joules}\n`,
    )
    .join('')
    .concat('node_scrape_collector_success{collector="rapl"} 1\n');

const keplerPage = ({ packages: [active, idle], cpuSeconds }: Counted): string =>
  [
    'kepler_build_info{version="v0.11.4"} 1',
    `kepler_node_cpu_active_joules_total{zone="package"} ${active}`,
    `kepler_node_cpu_idle_joules_total{zone="package"} ${idle}`,
    ...[0, 1, 2, 3].map((cpu) => `kepler_node_cpu_info{physical_id="0",processor="${cpu}"} 1`),
    'kepler_node_cpu_usage_ratio 0.5',
    'kepler_node_cpu_watts{zone="package"} 50',
    `kepler_process_cpu_seconds_total{exe="/usr/bin/qemu-system-x86_64",pid="9",vm_id="u"} ${cpuSeconds}`,
    'promhttp_metric_handler_errors_total{cause="encoding"} 0',
    '',
  ].join('\n');

/** A host of 20 to 200 W with one VM on four CPUs; counters that wrap or begin anew between any two pages. */
const runs = fc.array(
  fc.record({
    watts: fc.double({ min: 20, max: 200, noNaN: true }),
    cpus: fc.double({ min: 0, max: 4, noNaN: true }),
    reset: fc.constantFrom('none', 'none', 'first zone', 'both zones', 'process'),
  }),
  { minLength: 2, maxLength: 12 },
);
const stepSeconds = 10;

const pagesOf = (steps: typeof runs extends fc.Arbitrary<infer T> ? T : never): readonly Counted[] => {
  let counted: Counted = { packages: [5000, 9000], cpuSeconds: 100 };
  return steps.map(({ watts, cpus, reset }) => {
    const half = (watts * stepSeconds) / 2;
    const [first, second] = counted.packages;
    counted = {
      packages: [
        reset === 'first zone' || reset === 'both zones' ? half : first + half,
        reset === 'both zones' ? half : second + half,
      ],
      cpuSeconds: (reset === 'process' ? 0 : counted.cpuSeconds) + cpus * stepSeconds,
    };
    return counted;
  });
};

test('law: counters that wrap or begin anew never give power that is negative or more than was drawn', () => {
  fc.assert(
    fc.property(runs, fc.constantFrom(nodePage, keplerPage), (steps, format) => {
      const most = Math.max(50, ...steps.map(({ watts }) => watts)) * 1e6 + 1;
      for (const { verdict } of readAgentPages(pagesOf(steps).map(format))) {
        if (!verdict.sound) continue;
        const { hostPower = 0, domains = [] } = verdict.reading;
        assert.ok(hostPower >= 0 && hostPower <= most);
        for (const { power } of domains)
          assert.ok(typeof power === 'string' || (power >= 0 && power <= most));
      }
    }),
  );
});

test('lines that only look like those of a process of Kepler are passed over', () => {
  const odd = [
    'kepler_pr',
    'kepler_process_cpu_',
    'kepler_produce_abcdef_seconds{exe="/usr/bin/qemu"} 1',
    '',
  ];
  const [reading] = readAgentPages([
    `${odd.join('\n')}${keplerPage({ packages: [1, 2], cpuSeconds: 3 })}${odd.join('\n')}`,
  ]);
  assert.ok(reading?.verdict.sound);
  assert.equal(reading.verdict.reading.domains?.length, 1);
});

const qemu = (pid: number, seconds: number): string =>
  `kepler_process_cpu_seconds_total{exe="/usr/bin/qemu-system-x86_64",pid="${pid}",vm_id="u"} ${seconds}\n`;

test('two processes of one VM count together: who starts another one takes nothing from it', () => {
  const pages = [0, 1].map((at) =>
    keplerPage({ packages: [1000 + 200 * at, 1000 + 200 * at], cpuSeconds: 10 + 10 * at }).replace(
      'promhttp',
      `${qemu(10, 5 + 2 * at)}promhttp`,
    ),
  );
  const verdict = readAgentPages(pages)[1]?.verdict;
  assert.ok(verdict?.sound);
  // 40 W, and 12 of 40 CPU seconds.
  assert.deepEqual(verdict.reading.domains, [{ name: '', uuid: 'u', power: 12e6 }]);
});

test('VMs that draw more than all work together are not believed', () => {
  const page = read('kepler/v0.11.4-node-vm-2.prom');
  const [reading] = readAgentPages([
    page.replace(/(kepler_node_cpu_active_watts\{.*zone="package"\}) .*/, '$1 20'),
  ]);
  assert.equal(reading?.verdict.sound, false);
});
