/**
 * What an engine does with each series that it scrapes from a power agent: only what the rules need is kept, and command
 * lines become ids of VMs by the same rules as the exporter's. Prometheus and vmagent read patterns as RE2 does and
 * match them from the beginning to the end.
 */

export interface Relabelling {
  readonly source_labels?: readonly string[];
  readonly separator?: string;
  readonly regex?: string;
  readonly modulus?: number;
  readonly target_label?: string;
  readonly replacement?: string;
  readonly action?: 'keep' | 'drop' | 'labeldrop' | 'hashmod';
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** `.` stands for line ends too. */
const whole = (pattern: string): string => `(?s:${pattern})`;

const vmId = '(?:0|[1-9]\\d{0,14})';
/** The kernel knows no more of a program's own name. */
const longestCommandName = 15;

/** Paths or names of programs that run VMs, as the label `exe` has them. */
const emulatorPattern = (emulators: readonly string[]): string => {
  const names = ['\\.?(?:qemu|kvm)[^/;]*', ...emulators.map((name) => `${literal(name)}(?: \\(deleted\\))?`)];
  const cut = emulators
    .filter((name) => name.length > longestCommandName)
    .map((name) => literal(name.slice(0, longestCommandName)));
  return [`(?:[^;]*/)?(?:${names.join('|')})`, ...cut].join('|');
};

/** The beginning of a command line up to its first `-name`, where the program is not known otherwise. */
const beginningPattern = (emulators: readonly string[]): string => {
  const names = [
    '\\.?(?:qemu|kvm)[^/\\s]*?',
    ...emulators.flatMap((name) => [literal(name), `${literal(name)}-[^/\\s]*?`]),
  ];
  return `(?:/\\S*?/)?(?:${names.join('|')})`;
};

/** `one_vm_id` from a label that holds the name of libvirt's domain, of some metrics; other domains have none. */
const idOfDomain = (metrics: string, label: string): Relabelling => ({
  source_labels: ['__name__', label],
  separator: ';',
  regex: `${metrics};one-(${vmId})`,
  target_label: 'one_vm_id',
  replacement: '$1',
});

const kept = [
  'scaph_process_power_consumption_microwatts',
  'scaph_host_(?:power_microwatts|energy_microjoules|load_avg_one|cpu_frequency)',
  'scaph_socket_(?:power_microwatts|energy_microjoules)',
  'scaph_self_version',
  'onepower_(?:info|vm_energy_joules_total|vm_ended)',
  'onepower_host_(?:energy_joules_total|cpu_seconds_total|cpus)',
  'onepower_(?:zone_energy_joules|measured_seconds)_total',
  'kepler_node_cpu_(?:watts|active_watts|active_joules_total|idle_joules_total|info)',
  'kepler_(?:vm|process)_cpu_watts',
  'kepler_process_cpu_seconds_total',
  'oneext_vm_process_info',
  'promhttp_metric_handler_errors_total',
];

const scaphandreSteps = (emulators: readonly string[]): readonly Relabelling[] => [
  // What stands behind the first -name guest= of a process that is an emulator.
  {
    source_labels: ['__name__', 'exe', 'cmdline'],
    separator: ';',
    regex: whole(
      `scaph_process_[^;]*;(?:(?:${emulatorPattern(emulators)});.*?|;${beginningPattern(emulators)})-nameguest=(.*)`,
    ),
    target_label: '__tmp_guest',
    replacement: '$1',
  },
  // The whole name, which libvirt's next option of -name follows; commas of a name are doubled.
  {
    source_labels: ['__tmp_guest'],
    regex: whole('((?:[^,]|,,)+),(?:debug-threads|process)=.*'),
    target_label: '__tmp_domain',
    replacement: '$1',
  },
  // Older versions of libvirt write no such option.
  {
    source_labels: ['__tmp_domain', '__tmp_guest'],
    separator: '\n',
    regex: whole(`(?:one-(${vmId})\n.*|\none-(${vmId})(?:[,-].*)?)`),
    target_label: 'one_vm_id',
    replacement: '$1$2',
  },
  // Of other processes the first is kept: it says that the page has processes.
  {
    source_labels: ['__name__', 'one_vm_id', 'pid'],
    separator: ';',
    regex: 'scaph_process_[^;]*;;(?:[^1].*|1.+)',
    action: 'drop',
  },
];

const keplerSteps = (emulators: readonly string[]): readonly Relabelling[] => [
  {
    source_labels: ['__name__', 'exe'],
    separator: ';',
    regex: whole(`kepler_process_cpu_(?:seconds_total|watts);(?:${emulatorPattern(emulators)})`),
    target_label: 'one_qemu',
    replacement: '1',
  },
  // Of other programs only those that call themselves VMs, and the first process: it says that the page has processes.
  {
    source_labels: ['__name__', 'one_qemu', 'vm_id', 'pid'],
    separator: ';',
    regex: 'kepler_process_cpu_seconds_total;;;(?:|[02-9]|[0-9]{2,})',
    action: 'drop',
  },
  // Watts tell which processes have ended, and are taken of VMs that run.
  {
    source_labels: ['__name__', 'one_qemu', 'state'],
    separator: ';',
    regex: 'kepler_process_cpu_watts;(?:;.*|1;(?:|[^t].*))|kepler_vm_cpu_watts;;(?:|[^r].*)',
    action: 'drop',
  },
];

/** For `metric_relabel_configs` of the job of all power agents. */
export const powerAgentRelabellings = (emulators: readonly string[]): readonly Relabelling[] => [
  { source_labels: ['__name__'], regex: kept.join('|'), action: 'keep' },
  ...scaphandreSteps(emulators),
  ...keplerSteps(emulators),
  idOfDomain('kepler_vm_cpu_watts', 'vm_name'),
  idOfDomain('(?:oneext_vm_process_info|onepower_vm_[a-z_]+)', 'domain'),
  { regex: 'exe|cmdline|vmname|comm|container_.*|node_name|hypervisor|__tmp_.*', action: 'labeldrop' },
];
