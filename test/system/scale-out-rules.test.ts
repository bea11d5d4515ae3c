/** The rules of `oneext prometheus scale-out`, judged by promtool: three front-ends, two zones, VMs that move. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { stringify } from 'yaml';
import { type ScaleOut, scaleOutFiles } from '../../prometheus-patches/scale-out/files.ts';
import { temporaryFolder } from '../support/temporary.ts';

const scaleOut: ScaleOut = {
  format: 'prometheus',
  zoneId: '0',
  shards: 1,
  intervalSeconds: 15,
  emulators: [],
  discovery: { kind: 'file', exporters: [] },
  remoteWrite: [],
  agents: [],
};

type Series = Readonly<Record<string, string | number>>;
type Expected = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** @param series values by series @param expected by query, values by labels */
const judge = (t: TestContext, series: Series, expected: Expected, at = '5m'): void => {
  const folder = temporaryFolder(t);
  for (const [name, text] of scaleOutFiles(scaleOut)) writeFileSync(path.join(folder, name), text);
  const file = path.join(folder, 'test.yml');
  writeFileSync(
    file,
    stringify({
      rule_files: ['rules.yml'],
      evaluation_interval: '15s',
      tests: [
        {
          interval: '15s',
          input_series: Object.entries(series).map(([name, value]) => ({
            series: name,
            values: typeof value === 'number' ? `${value}x240` : value,
          })),
          promql_expr_test: Object.entries(expected).map(([expr, samples]) => ({
            expr,
            eval_time: at,
            exp_samples: Object.entries(samples).map(([labels, value]) => ({ labels, value })),
          })),
        },
      ],
    }),
  );
  execFileSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
};

const host = (zone: number, id: number, watts: number): Series => ({
  [`scaph_host_power_microwatts{one_zone_id="${zone}",one_host_id="${id}"}`]: watts * 1e6,
  [`scaph_host_energy_microjoules{one_zone_id="${zone}",one_host_id="${id}"}`]: 1e9,
  [`scaph_socket_power_microwatts{one_zone_id="${zone}",one_host_id="${id}",socket_id="0"}`]: watts * 1e6,
  [`scaph_process_power_consumption_microwatts{one_zone_id="${zone}",one_host_id="${id}",pid="1"}`]: 1000,
});
const seen = (zone: number, hostId: number, vm: number, watts: number): Series => ({
  [`scaph_process_power_consumption_microwatts{one_zone_id="${zone}",one_host_id="${hostId}",one_vm_id="${vm}",pid="${vm}0"}`]:
    watts * 1e6,
});
/** What the exporters of some front-ends say of a VM. */
const vm = (
  zone: number,
  id: number,
  { host: hostId = 0, owner = 'alice', state = 3, lcm = 3, frontEnds = ['a', 'b', 'c'] } = {},
): Series =>
  Object.fromEntries(
    frontEnds.flatMap((instance) => {
      const labels = `one_zone_id="${zone}",one_vm_id="${id}",instance="${instance}"`;
      return [
        [
          `opennebula_vm_info{${labels},one_host_id="${hostId}",one_vm_name="vm${id}",one_vm_owner="${owner}"}`,
          1,
        ],
        [`opennebula_vm_state{${labels}}`, state],
        [`opennebula_vm_lcm_state{${labels}}`, lcm],
      ];
    }),
  );

const owners = 'owner:opennebula_vm_power_watts:sum';
const bare = 'vm:opennebula_vm_power_bare:watts';

test('three front-ends of a zone, and another zone with the same ids: nothing doubles', (t) => {
  judge(
    t,
    {
      ...host(0, 0, 100),
      ...seen(0, 0, 1, 20),
      ...vm(0, 1),
      ...host(1, 0, 50),
      ...seen(1, 0, 1, 7),
      ...vm(1, 1, { owner: 'bob' }),
    },
    {
      'vm:opennebula_vm_power:watts': {
        'vm:opennebula_vm_power:watts{one_zone_id="0",one_vm_id="1",one_vm_name="vm1",one_vm_owner="alice"}': 20,
        'vm:opennebula_vm_power:watts{one_zone_id="1",one_vm_id="1",one_vm_name="vm1",one_vm_owner="bob"}': 7,
      },
      [owners]: {
        [`${owners}{one_zone_id="0",one_vm_owner="alice"}`]: 20,
        [`${owners}{one_zone_id="1",one_vm_owner="bob"}`]: 7,
      },
    },
  );
});

test('a slow follower that still has the old owner costs no value and doubles none', (t) => {
  judge(
    t,
    {
      ...host(0, 0, 100),
      ...seen(0, 0, 1, 20),
      ...vm(0, 1, { frontEnds: ['a', 'b'] }),
      ...vm(0, 1, { owner: 'bob', frontEnds: ['c'] }),
    },
    { [`sum(${owners})`]: { '{}': 20 }, [`count(${owners})`]: { '{}': 1 } },
  );
});

test('a VM counts on both hosts while it migrates, and only on its own otherwise', (t) => {
  const both = { ...host(0, 0, 100), ...host(0, 1, 100), ...seen(0, 0, 1, 20), ...seen(0, 1, 1, 3) };
  const watts = (value: number): Expected => ({
    [bare]: { [`${bare}{one_zone_id="0",one_vm_id="1"}`]: value },
  });
  judge(t, { ...both, ...vm(0, 1, { host: 1, lcm: 4 }) }, watts(23));
  judge(t, { ...both, ...vm(0, 1, { host: 1 }) }, watts(3));
});

test('a VM that is off draws 0 W, an unmeasured one nothing that is known, and a leftover process is neither', (t) => {
  judge(
    t,
    {
      ...host(0, 0, 100),
      ...seen(0, 0, 3, 5),
      ...vm(0, 1, { state: 8, lcm: 0 }),
      ...vm(0, 2),
      ...vm(0, 3, { state: 8, lcm: 0 }),
    },
    {
      [bare]: { [`${bare}{one_zone_id="0",one_vm_id="1"}`]: 0 },
      'vm:opennebula_vm_power_unmeasured:info': {
        'vm:opennebula_vm_power_unmeasured:info{one_zone_id="0",one_vm_id="2"}': 1,
      },
    },
  );
});

test('energy that our agent does not know for a part of the time makes no power lower', (t) => {
  const of = (id: number) => `one_zone_id="0",one_host_id="${id}"`;
  const power = 'host:onepower_power:watts';
  const page = (id: number): Series => ({
    [`onepower_info{${of(id)},meter="rapl"}`]: 1,
    [`onepower_host_cpus{${of(id)}}`]: 16,
    [`onepower_host_cpu_seconds_total{${of(id)},mode="idle"}`]: '0+240x240',
    [`onepower_zone_energy_joules_total{${of(id)},zone="package-0",counted="true"}`]: '0+750x240',
    [`onepower_host_energy_joules_total{${of(id)}}`]: '0+750x240',
    [`onepower_vm_energy_joules_total{${of(id)},one_vm_id="${id}",domain="one-${id}",uuid="u"}`]: '0+150x240',
  });
  judge(
    t,
    // Of each 15 s the agent knows 7.5; one before it does not tell.
    { ...page(1), [`onepower_measured_seconds_total{${of(1)}}`]: '0+7.5x240', ...page(2) },
    {
      [power]: { [`${power}{${of(1)}}`]: 100, [`${power}{${of(2)}}`]: 50 },
      'vm_host:onepower_power:watts': {
        [`vm_host:onepower_power:watts{${of(1)},one_vm_id="1"}`]: 20,
        [`vm_host:onepower_power:watts{${of(2)},one_vm_id="2"}`]: 10,
      },
    },
  );
});

test('energy by counters where there are some, else by power', (t) => {
  const labels = 'one_zone_id="0",one_host_id="1"';
  judge(
    t,
    {
      ...host(0, 0, 100),
      ...seen(0, 0, 1, 20),
      ...vm(0, 1),
      [`onepower_vm_energy_joules_total{${labels},one_vm_id="2",domain="one-2",uuid="u"}`]: '0+150x240',
      [`onepower_host_energy_joules_total{${labels},instance="kvm1:8080"}`]: '0+1500x240',
    },
    {
      'round(1000 * vm:opennebula_vm_energy_kwh:increase1h)': {
        '{one_zone_id="0",one_vm_id="1"}': 20,
        '{one_zone_id="0",one_vm_id="2"}': 10,
      },
      'round(1000 * host:opennebula_host_energy_kwh:increase1h{one_host_id="1"})': {
        '{one_zone_id="0",one_host_id="1"}': 100,
      },
    },
    '1h',
  );
});
