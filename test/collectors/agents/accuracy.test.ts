/** The tables of docs/accuracy.md, made from recordings of agents on hosts whose energy is known. */
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { PowerVerdict } from '../../../collectors/agents/agent.ts';
import { readAgentPages } from '../../support/agent-pages.ts';
import { assertExpectedFile, repositoryPath } from '../../support/expected.ts';

const document = repositoryPath('docs/accuracy.md');

const read = (name: string): string => readFileSync(repositoryPath('test/fixtures', name), 'latin1');
const watts = (value: number): string => `${value.toFixed(1)} W`;
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
const head = (...names: readonly string[]): string => row(...names) + row(...names.map(() => '---'));

/** Puts a table between the comments that name it. */
const assertTable = (name: string, table: string): void => {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const text = readFileSync(document, 'utf8');
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  assertExpectedFile(document, text.slice(0, from) + table + text.slice(to));
};

const powerOf = (verdict: PowerVerdict | undefined, vm: number): string => {
  if (verdict?.sound !== true) return verdict?.reason ?? '';
  const power = verdict.reading.domains?.find(({ name }) => name === `one-${vm}`)?.power;
  return typeof power === 'number' ? watts(power / 1e6) : (power ?? '');
};

interface Truth {
  readonly t: number;
  readonly E: number;
  readonly tot: number;
  readonly cpu: Readonly<Record<string, number>>;
}
const madeCpus = 16;
const wattsPerCpu = 5;

/** A VM on the made host: what is true, and what agents say. */
const madeRow = (load: string, rest: string, vm: number): string => {
  const [before, after] = [1, 2].map(
    (at) => JSON.parse(read(`made-host/${load}-${at}-truth.json`)) as Truth,
  ) as [Truth, Truth];
  const seconds = after.t - before.t;
  const cpus = ((after.cpu[vm] ?? 0) - (before.cpu[vm] ?? 0)) / seconds;
  const host = (after.E - before.E) / seconds;
  const kepler = [1, 2].map((at) => read(`made-host/${load}-${at}-kepler-v0.11.4.prom`));
  const pids = [524, 525, 526].map((pid) => `oneext_vm_process_info{domain="one-${pid}",pid="${pid}"} 1\n`);
  const ours = readAgentPages(
    kepler.map((page) => page + pids.join('')),
    { times: [before.t, after.t] },
  );
  const own = [...(kepler[1] ?? '').matchAll(/^kepler_process_cpu_watts\{(.*)\} (\S+)$/gm)]
    .filter(([, labels = '']) => labels.includes(`pid="${vm}"`) && labels.includes('state="running"'))
    .reduce((sum, [, , value]) => sum + Number(value), 0);
  const scaphandre = readAgentPages([read(`made-host/${load}-2-scaphandre-1.0.0.prom`)])[0];
  return row(
    `${cpus.toFixed(0)}, ${rest}`,
    watts(host),
    watts((host * cpus) / madeCpus),
    watts(cpus * wattsPerCpu),
    powerOf(scaphandre?.verdict, vm),
    watts(own),
    powerOf(ours[1]?.verdict, vm),
  );
};

test('what agents say of VMs on a host that is made altogether', () => {
  assertTable(
    'made-host',
    head(
      'CPUs of the VM, and the rest',
      'host',
      'its part',
      'what it adds',
      'Scaphandre 1.0.0',
      'Kepler 0.11.4 says',
      'from Kepler, the exporter makes',
    ) +
      madeRow('lone', 'nothing else', 524) +
      madeRow('half', '4 others', 524) +
      madeRow('half', '6 others', 525) +
      madeRow('short-lived', '6 others in processes that have ended', 524),
  );
});

interface RealTruth {
  readonly monotonic: number;
  readonly host_total_cpu_seconds: number;
  readonly energy_uj: Readonly<Record<string, number>>;
  readonly vms: Readonly<Record<string, { readonly cpu_seconds: number }>>;
}

test('what builds of Scaphandre say while the walk through /proc takes long', () => {
  const [before, after] = [1, 2].map(
    (at) => JSON.parse(read(`agents/slow-walk-${at}-truth.json`)) as RealTruth,
  ) as [RealTruth, RealTruth];
  // A core's energy is inside that of its package.
  const joules = ({ energy_uj }: RealTruth): number =>
    Object.entries(energy_uj).reduce(
      (sum, [zone, value]) => (zone.endsWith(' core') ? sum : sum + value / 1e6),
      0,
    );
  const host = (joules(after) - joules(before)) / (after.monotonic - before.monotonic);
  const builds = ['1.0.0', '1.0.2-debian', '1.0.3-debian-inflated'].map((build) =>
    read(`agents/slow-walk-2-scaphandre-${build}.prom`),
  );
  const verdicts = builds.map((page) => readAgentPages([page])[0]?.verdict);
  const rows = [524, 525].map((vm) => {
    const cpuSeconds = ({ vms }: RealTruth): number => vms[`one-${vm}`]?.cpu_seconds ?? 0;
    const share =
      (cpuSeconds(after) - cpuSeconds(before)) /
      (after.host_total_cpu_seconds - before.host_total_cpu_seconds);
    const said = [
      ...(builds[2] ?? '').matchAll(/^scaph_process_power_consumption_microwatts\{(.*)\} (\S+)$/gm),
    ]
      .filter(([, labels = '']) => labels.includes(`guest=one-${vm},`))
      .map(([, , value]) => Number(value));
    return row(
      `one-${vm}`,
      watts(host),
      watts(host * share),
      powerOf(verdicts[0], vm),
      powerOf(verdicts[1], vm),
      watts(Math.max(...said) / 1e6),
      `no sample, \`${powerOf(verdicts[2], vm)}\``,
    );
  });
  assertTable(
    'slow-walk',
    head(
      'VM',
      'host',
      'its part',
      '1.0.0',
      '1.0.2 of trixie',
      '1.0.3 of sid says',
      'from it, the exporter makes',
    ) + rows.join(''),
  );
});
