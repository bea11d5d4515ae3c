/**
 * The folder that a hypervisor shares with a VM, as RAW of the VM's template: what is added, beside what stands there,
 * and taken out again. OpenNebula replaces nothing in RAW, so it names the VM's own folder.
 */

export const shareKinds = ['9p', 'virtiofs'] as const;
export type ShareKind = (typeof shareKinds)[number];

/** As `one.vm.info` describes a VM: its attributes RAW. */
export interface Raw {
  readonly type: string;
  readonly data: string;
  readonly validate: string;
}

export interface SharedFolder {
  readonly kind: ShareKind;
  /** On the hypervisor. */
  readonly folder: string;
  readonly tag: string;
}

/** Comments of XML say what is ours: schema and libvirt skip them. */
const begin = '<!--oneext guest share-->';
const beginUnchecked = '<!--oneext guest share, VALIDATE-->';
const end = '<!--/oneext guest share-->';
const own = new RegExp(`(${begin}|${beginUnchecked})[\\s\\S]*?${end}`);

const formatDevice = ({ kind, folder, tag }: SharedFolder): string => {
  const places = `<source dir='${folder}'/><target dir='${tag}'/><readonly/>`;
  // OpenNebula's schema knows no virtiofs, and libvirt caches where no cache is named: energy would stand still.
  return kind === '9p'
    ? `<devices><filesystem type='mount' accessmode='mapped'>${places}</filesystem></devices>`
    : `<devices><filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/><binary><cache mode='none'/></binary>${places}</filesystem></devices><memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>`;
};

export const withoutShare = (raw: Raw): Raw => {
  const mark = own.exec(raw.data)?.[1];
  if (mark === undefined) return raw;
  return {
    ...raw,
    data: raw.data.replace(own, ''),
    validate: mark === beginUnchecked ? 'YES' : raw.validate,
  };
};

/** What is there stays; a share of ours is replaced. */
export const withShare = (before: Raw | undefined, share: SharedFolder): Raw => {
  const { data, validate } = withoutShare(before ?? { type: 'kvm', data: '', validate: '' });
  const uncheck = share.kind === 'virtiofs' && validate.toUpperCase() !== 'NO';
  return {
    type: 'kvm',
    data: `${data}${uncheck ? beginUnchecked : begin}${formatDevice(share)}${end}`,
    validate: uncheck ? 'NO' : validate,
  };
};

export const isSameRaw = (one: Raw | undefined, other: Raw | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** For one.vm.updateconf. */
export const formatRawAttribute = ({ type, data, validate }: Raw): string => {
  const fields = [`TYPE="${type}"`, `DATA="${data.replaceAll('"', '\\"')}"`];
  return `RAW=[${[...fields, ...(validate === '' ? [] : [`VALIDATE="${validate}"`])].join(',')}]`;
};

/** What decides whether a VM can get a share. */
export interface SharingVm {
  readonly id: number;
  readonly state: number | undefined;
  readonly raws: readonly Raw[];
  readonly hugepages: boolean;
  /** Tags of its disks of the type FILESYSTEM. */
  readonly filesystemDisks: readonly string[];
}

/** PENDING, HOLD, POWEROFF, UNDEPLOYED: OpenNebula takes RAW, and the next start makes a domain of it. */
const changeable: ReadonlySet<number | undefined> = new Set([1, 2, 8, 9]);

/** Why the configuration of a VM cannot be changed; `undefined` where it can. */
const changeProblem = ({ state, raws }: SharingVm): string | undefined => {
  if (!changeable.has(state))
    return 'it must be in HOLD, PENDING, POWEROFF or UNDEPLOYED: a share is no device that can be plugged into a VM that runs (libvirtd 9 ends when that is tried); power it off first';
  // Of several attributes RAW, OpenNebula changes the first one alone.
  const [raw, another] = raws;
  if (raw !== undefined && raw.type !== '' && raw.type !== 'kvm')
    return `its ${another === undefined ? '' : 'first '}RAW is of the type ${raw.type}, and not of kvm`;
  return undefined;
};

/** What is in RAW besides the share that can be taken out. */
const othersOf = ([first, ...rest]: readonly Raw[]): string =>
  [...(first === undefined ? [] : [withoutShare(first)]), ...rest].map(({ data }) => data).join('');

/** What OpenNebula or the administrator has put there already. */
const takenProblem = ({ raws, filesystemDisks }: SharingVm, tag: string): string | undefined => {
  if (filesystemDisks.includes(tag))
    return `it has a disk of the type FILESYSTEM with the tag ${tag}, which OpenNebula shares with the cache mode always: energy would stand still in the VM; detach that disk first`;
  return new RegExp(`<target\\s+dir=["']${tag}["']`).test(othersOf(raws))
    ? `its RAW has a file system with the tag ${tag} already`
    : undefined;
};

const virtiofsProblem = ({ raws, hugepages }: SharingVm): string | undefined =>
  hugepages || /<memoryBacking[\s>/]/.test(othersOf(raws))
    ? 'virtiofs needs memory that is shared, and the memory of this VM is set up otherwise (hugepages, or memoryBacking in RAW); take --filesystem 9p'
    : undefined;

export interface ShareWish {
  /** `undefined`: virtiofs where all hosts can, else 9p. */
  readonly kind: ShareKind | undefined;
  readonly folder: string;
  readonly tag: string;
  /** Why virtiofs cannot be shared read-only; `undefined` where all hosts can. */
  readonly hostsProblem: string | undefined;
}

export type SharePlan = { readonly raw: Raw; readonly kind: ShareKind } | { readonly problem: string };

const planFor = (vm: SharingVm, wish: ShareWish): SharePlan => {
  const { folder, tag, hostsProblem } = wish;
  const problem = takenProblem(vm, tag);
  if (problem !== undefined) return { problem };
  const noVirtiofs = hostsProblem ?? virtiofsProblem(vm);
  if (wish.kind === 'virtiofs' && noVirtiofs !== undefined) return { problem: noVirtiofs };
  const kind = wish.kind ?? (noVirtiofs === undefined ? 'virtiofs' : '9p');
  return { kind, raw: withShare(vm.raws[0], { kind, folder, tag }) };
};

/** A VM that has the share already may be in any state. */
export const planShare = (vm: SharingVm, wish: ShareWish): SharePlan => {
  const plan = planFor(vm, wish);
  if ('raw' in plan && isSameRaw(plan.raw, vm.raws[0])) return plan;
  const problem = changeProblem(vm);
  return problem === undefined ? plan : { problem };
};

export type UnsharePlan = { readonly raw: Raw | undefined } | { readonly problem: string };

/** RAW as it was before the share; `undefined` where there is none. */
export const planUnshare = (vm: SharingVm): UnsharePlan => {
  const [first, ...rest] = vm.raws;
  if (rest.some(({ data }) => own.test(data)))
    return {
      problem:
        'its share stands in another attribute RAW than the first one, which alone OpenNebula changes; somebody has put it there by hand',
    };
  if (first === undefined || withoutShare(first) === first) return { raw: undefined };
  const problem = changeProblem(vm);
  return problem === undefined ? { raw: withoutShare(first) } : { problem };
};
