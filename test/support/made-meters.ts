/** A hypervisor whose energy is known, and the page that each power agent has of it while it runs there. */
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { noAccounts } from '../../power-agent/accounts.ts';
import { formatFamilies } from '../../power-agent/families.ts';
import { advanceAgent, beginAgent } from '../../power-agent/step.ts';
import { type MadeLoad, madeEnergy } from './made-energy.ts';

const cpus = 16;
const idleWatts = 60;
const wattsPerCpu = 5;
/** What the machine draws beside its processors. */
export const madeSupplyFactor = 1.5;

/** What is true of the host since it was made. */
export interface MadeTruth {
  readonly seconds: number;
  readonly hostJoules: number;
  /** Processor seconds of each VM, and its part of the energy by them. */
  readonly vms: ReadonlyMap<number, { readonly cpuSeconds: number; readonly joules: number }>;
}

export type MadeAgentName = 'scaphandre' | 'kepler' | 'onepower' | 'telegraf';

const meanBetween = (earlier: MadeTruth, now: MadeTruth) => {
  const seconds = now.seconds - earlier.seconds;
  const hostWatts = (now.hostJoules - earlier.hostJoules) / seconds;
  const vmWatts = [...now.vms].map(([vm, { joules }]): readonly [number, number] => [
    vm,
    (joules - (earlier.vms.get(vm)?.joules ?? 0)) / seconds,
  ]);
  return { hostWatts, vmWatts };
};

/** Scaphandre has no power of processes on its first page. */
const scaphandrePage = (now: MadeTruth, earlier: MadeTruth | undefined): string => {
  const mean = earlier === undefined ? undefined : meanBetween(earlier, now);
  const processes = (mean?.vmWatts ?? []).map(
    ([vm, watts]) =>
      `scaph_process_power_consumption_microwatts{pid="${vm}",exe="/usr/bin/qemu-system-x86_64",cmdline="/usr/bin/qemu-kvm-one-nameguest=one-${vm},debug-threads=on"} ${Math.round(watts * 1e6)}\n`,
  );
  const power = mean === undefined ? '' : `scaph_host_power_microwatts ${Math.round(mean.hostWatts * 1e6)}\n`;
  return `${processes.join('')}scaph_socket_energy_microjoules{socket_id="0"} ${Math.round(now.hostJoules * 1e6)}
scaph_host_energy_microjoules ${Math.round(now.hostJoules * 1e6)}
scaph_host_cpu_frequency 2000
${power}scaph_self_version 1.02
`;
};

/** The levels node and process, and behind them what host-installer/kepler-page adds. */
const keplerPage = (now: MadeTruth, hostWatts: number): string => {
  const lines = [...now.vms].map(
    ([vm, { cpuSeconds }]) =>
      `kepler_process_cpu_seconds_total{comm="qemu-kvm-one",container_id="",exe="/usr/bin/qemu-system-x86_64",node_name="",pid="${vm}",type="regular",vm_id=""} ${cpuSeconds.toFixed(2)}\n`,
  );
  const info = Array.from(
    { length: cpus },
    (_, cpu) => `kepler_node_cpu_info{physical_id="0",processor="${cpu}"} 1\n`,
  );
  const pids = [...now.vms.keys()].map((vm) => `oneext_vm_process_info{domain="one-${vm}",pid="${vm}"} 1\n`);
  return `kepler_build_info{version="v0.11.4"} 1
kepler_node_cpu_active_joules_total{zone="package"} ${now.hostJoules / 2}
kepler_node_cpu_idle_joules_total{zone="package"} ${now.hostJoules / 2}
kepler_node_cpu_joules_total{zone="package"} ${now.hostJoules}
kepler_node_cpu_usage_ratio 0.5
kepler_node_cpu_watts{zone="package"} ${hostWatts}
${info.join('')}${lines.join('')}promhttp_metric_handler_errors_total{cause="encoding"} 0
${pids.join('')}`;
};

const telegrafPage = (hostWatts: number): string =>
  `ipmi_sensor{host="kvm0",name="instantaneous_power_reading",unit="watts"} ${Math.round(madeSupplyFactor * hostWatts)}
ipmi_sensor{host="kvm0",name="ps1_curr_out_%",unit="percent"} 40
process_open_fds 11
`;

export const madeMeters = () => {
  const host = madeEnergy({ cpus, idleWatts, wattsPerCpu });
  let truth: MadeTruth = { seconds: 0, hostJoules: 0, vms: new Map() };
  let hostWatts = idleWatts;
  let own: ReturnType<typeof beginAgent> | undefined;
  let lastOfScaphandre: MadeTruth | undefined;

  const runSecond = (load: MadeLoad): void => {
    const reading = host.run(1, load);
    const used = (load.other ?? 0) + Object.values(load.vms).reduce((sum, each) => sum + each, 0);
    hostWatts = idleWatts + wattsPerCpu * used;
    const vms = new Map(truth.vms);
    for (const [id, busy] of Object.entries(load.vms)) {
      const before = vms.get(Number(id)) ?? { cpuSeconds: 0, joules: 0 };
      vms.set(Number(id), {
        cpuSeconds: before.cpuSeconds + busy,
        joules: before.joules + (hostWatts * busy) / cpus,
      });
    }
    truth = { seconds: truth.seconds + 1, hostJoules: truth.hostJoules + hostWatts, vms };
    if (own !== undefined) own = advanceAgent(own, reading);
  };
  const pages: Readonly<Record<MadeAgentName, () => string>> = {
    scaphandre() {
      const page = scaphandrePage(truth, lastOfScaphandre);
      lastOfScaphandre = truth;
      return page;
    },
    kepler: () => keplerPage(truth, hostWatts),
    onepower() {
      own ??= beginAgent(noAccounts);
      const shown = { version: '0.1.0', meter: 'rapl', cpus, readAt: own.last?.now ?? 0 };
      return encodeFamilies(formatFamilies(own.accounts, shown), 'prometheus').toString();
    },
    telegraf: () => telegrafPage(hostWatts),
  };
  return {
    run(seconds: number, load: MadeLoad): void {
      for (let passed = 0; passed < seconds; passed += 1) runSecond(load);
    },
    truth: () => truth,
    /** What the host and its VMs drew on average since then, in watts. */
    meanSince: (earlier: MadeTruth) => meanBetween(earlier, truth),
    page: (agent: MadeAgentName): string => pages[agent](),
    /** An agent begins, and knows nothing of the time before. */
    start(agent: MadeAgentName): void {
      if (agent === 'scaphandre') lastOfScaphandre = undefined;
      if (agent === 'onepower') own = beginAgent(noAccounts);
    },
  };
};
