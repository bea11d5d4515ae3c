/**
 * The options of `virsh migrate` that do not go with a tunnel as they are. All others go with it unchanged. They
 * come from MIGRATE_OPTIONS in kvmrc on the source host; live-migrate/README.md has this list as a table.
 */
interface OptionTreatment {
  readonly option: string;
  /** Whether a value follows it. */
  readonly hasValue: boolean;
  /** `replaced`: ours stands in its place, or none. `refused`: the migration does not begin. */
  readonly treatment: 'replaced' | 'refused';
  readonly why: string;
}

export const optionTreatments: readonly OptionTreatment[] = [
  {
    option: '--tunnelled',
    hasValue: false,
    treatment: 'refused',
    why: "libvirt sends the memory over its own connection to the destination's libvirtd, beside the tunnel",
  },
  {
    option: '--rdma-pin-all',
    hasValue: false,
    treatment: 'refused',
    why: 'RDMA sends the memory beside the tunnel',
  },
  {
    option: '--migrateuri',
    hasValue: true,
    treatment: 'replaced',
    why: 'the memory goes to the address of the tunnel',
  },
  {
    option: '--listen-address',
    hasValue: true,
    treatment: 'replaced',
    why: 'QEMU listens on the address of the tunnel and on no other',
  },
  {
    option: '--disks-uri',
    hasValue: true,
    treatment: 'replaced',
    why: 'the disks go the same way as the memory',
  },
];

/** Where the stock driver on a hypervisor has its options. */
export const kvmrcOf = (remotes: string): string => `${remotes}/etc/vmm/kvm/kvmrc`;

/** Whether a word is the option, with or without a value. */
const isOption = (word: string, { option }: OptionTreatment): boolean =>
  word === option || word.startsWith(`${option}=`);

/** The words of MIGRATE_OPTIONS in kvmrc, a file of shell assignments; the last assignment counts. */
export const parseMigrateOptions = (kvmrc: string): readonly string[] => {
  const assignments = [...kvmrc.matchAll(/^[ \t]*(?:export[ \t]+)?MIGRATE_OPTIONS=(.*)$/gm)];
  const value = assignments.at(-1)?.[1]?.trim() ?? '';
  const quoted = /^(?:"([^"]*)"|'([^']*)')/.exec(value);
  const text = quoted === null ? (value.split(/\s/)[0] ?? '') : (quoted[1] ?? quoted[2] ?? '');
  return text.split(/\s+/).filter((word) => word !== '');
};

/** The first option that keeps a migration from going through a tunnel, and why. */
export const findRefusedOption = (words: readonly string[]): OptionTreatment | undefined =>
  optionTreatments.find((one) => one.treatment === 'refused' && words.some((word) => isOption(word, one)));
