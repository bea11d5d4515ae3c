/** Writes the simulated cloud as oned writes its documents; shape and size follow the recorded ones. */
import type { SimulatedHost, SimulatedVm } from './cloud.ts';

const cdata = (name: string, value: string | number): string => `<${name}><![CDATA[${value}]]></${name}>`;
const plain = (name: string, value: string | number): string => `<${name}>${value}</${name}>`;
const fields = (write: typeof plain, values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => write(name, value))
    .join('');

const addressOf = (id: number): string => `10.${(id >> 16) & 255}.${(id >> 8) & 255}.${id & 255}`;

const formatVmHead = (vm: SimulatedVm): string =>
  fields(plain, {
    ID: vm.id,
    UID: vm.id % 7,
    GID: 1,
    UNAME: `user${vm.id % 7}`,
    GNAME: 'users',
    NAME: `vm-${vm.id}`,
  });

/** STIME: the simulated cloud begins at a moment of its own. */
export const startTimeOf = ({ startTime }: SimulatedVm): number => 1_790_000_000 + startTime;

const formatVmStates = (vm: SimulatedVm): string =>
  fields(plain, {
    LAST_POLL: startTimeOf(vm) + 60,
    STATE: vm.state,
    LCM_STATE: vm.lcmState,
    RESCHED: 0,
    STIME: startTimeOf(vm),
    ETIME: 0,
    DEPLOY_ID: vm.state === 1 ? '' : `one-${vm.id}`,
  });

const shortDisk = {
  DISK_ID: 0,
  DATASTORE: 'default',
  DATASTORE_ID: 1,
  IMAGE: 'debian-13',
  IMAGE_ID: 7,
  SIZE: 10_240,
  TYPE: 'FILE',
  CLONE: 'YES',
  CLONE_TARGET: 'SYSTEM',
  LN_TARGET: 'NONE',
  DISK_SNAPSHOT_TOTAL_SIZE: '',
};
const shortNic = (vm: SimulatedVm): Record<string, string | number> => ({
  IP: addressOf(vm.id),
  IP6: `fd00:10::${vm.id.toString(16)}`,
  MAC: `02:00:0a:${[16, 8, 0].map((shift) => ((vm.id >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`,
  NETWORK: 'private',
  NETWORK_ID: 0,
  NIC_ID: 0,
  SECURITY_GROUPS: 0,
});

/** Of each host, in hundredths of a CPU. */
const totalCpu = 6400;

const hasHost = (vm: SimulatedVm): boolean => vm.state !== 1;

const formatHistory = (vm: SimulatedVm, extended: boolean): string => {
  if (!hasHost(vm)) return '<HISTORY_RECORDS/>';
  const times = extended
    ? fields(plain, {
        STIME: startTimeOf(vm),
        ETIME: 0,
        PSTIME: startTimeOf(vm),
        PETIME: startTimeOf(vm),
        RSTIME: startTimeOf(vm),
        RETIME: 0,
        ESTIME: 0,
        EETIME: 0,
        UID: -1,
        GID: -1,
        REQUEST_ID: -1,
      })
    : '';
  const record =
    fields(plain, { OID: vm.id, SEQ: vm.sourceHostId === undefined ? 0 : 1 }) +
    cdata('HOSTNAME', `kvm${String(vm.hostId).padStart(3, '0')}`) +
    fields(plain, { HID: vm.hostId, CID: 0, DS_ID: 0 }) +
    fields(cdata, { VM_MAD: 'kvm', TM_MAD: 'ssh', ACTION: 0 }) +
    times;
  return `<HISTORY_RECORDS><HISTORY>${record}</HISTORY></HISTORY_RECORDS>`;
};

export const formatShortVm = (vm: SimulatedVm): string =>
  `<VM>${formatVmHead(vm)}${formatVmStates(vm)}<TEMPLATE>${fields(plain, {
    CPU: vm.vcpus / 2,
    MEMORY: vm.memoryMebibytes,
    VCPU: vm.vcpus,
  })}<DISK>${fields(cdata, shortDisk)}</DISK><NIC>${fields(cdata, shortNic(vm))}</NIC>` +
  `<GRAPHICS>${fields(cdata, { LISTEN: '0.0.0.0', PORT: 5900 + vm.id, TYPE: 'VNC' })}</GRAPHICS>` +
  `</TEMPLATE><MONITORING/><USER_TEMPLATE></USER_TEMPLATE>${formatHistory(vm, false)}</VM>`;

/** Of every tenth VM, which has one GPU or two, where the cloud has any. */
export const gpusOf = ({ id }: SimulatedVm): number => (id % 10 === 3 ? 1 + (Math.floor(id / 10) % 2) : 0);

/** As OpenNebula 7.4 sums up what nvidia-smi says in the guest; it is never the same for long. */
const gpuMonitoring = (vm: SimulatedVm, gpus: number, atSeconds: number) => ({
  GPU_COUNT: gpus,
  GPU_MEMORY_FREE: (40_960 * gpus).toFixed(2),
  GPU_MEMORY_UTILIZATION: '12.50',
  GPU_POWER_USAGE: (gpus * (60 + 240 * vm.load) + ((atSeconds + vm.id) % 97) / 100).toFixed(2),
  GPU_UTILIZATION: (vm.load * 100).toFixed(2),
});

/** The last record of a VM in one.vmpool.monitoring. */
export const formatVmMonitoring = (vm: SimulatedVm, atSeconds: number, gpus = 0): string =>
  `<MONITORING>${fields(cdata, {
    CPU: (vm.load * totalCpu).toFixed(2),
    DISKRDBYTES: 711,
    DISKRDIOPS: 989,
    DISKWRBYTES: 82,
    DISKWRIOPS: 636,
    ...(gpus === 0 ? {} : gpuMonitoring(vm, gpus, atSeconds)),
    ID: vm.id,
    MEMORY: vm.memoryMebibytes * 1024,
    NETRX: 6825,
    NETTX: 6825,
    TIMESTAMP: atSeconds,
  })}</MONITORING>`;

const contextNames = [
  'DNS',
  'EXTERNAL',
  'GATEWAY',
  'IP6',
  'IP6_GATEWAY',
  'IP6_METHOD',
  'IP6_METRIC',
  'IP6_ULA',
]
  .concat(['MASK', 'METHOD', 'METRIC', 'MTU', 'NETWORK', 'ROUTES', 'SEARCH_DOMAIN', 'VLAN_ID', 'VROUTER_IP'])
  .map((name) => cdata(`ETH0_${name}`, ''))
  .join('');

const gpuDevice = `<PCI>${fields(cdata, { CLASS: '0302', DEVICE: '26b9', TYPE: '', VENDOR: '10de' })}</PCI>`;

/** @param creatorId whose TOKEN_PASSWORD the VM's token for OneGate is made with; without one it has none */
export const formatExtendedVm = (vm: SimulatedVm, creatorId?: number, gpus = 0): string => {
  const permissions = [
    'OWNER_U',
    'OWNER_M',
    'OWNER_A',
    'GROUP_U',
    'GROUP_M',
    'GROUP_A',
    'OTHER_U',
    'OTHER_M',
  ];
  const nic = { ...shortNic(vm), AR_ID: 0, BRIDGE: 'br0', BRIDGE_TYPE: 'linux', CLUSTER_ID: 0, NAME: 'NIC0' };
  const disk = { ...shortDisk, ALLOW_ORPHANS: 'NO', DEV_PREFIX: 'vd', DRIVER: 'qcow2', FORMAT: 'qcow2' };
  return (
    `<VM>${formatVmHead(vm)}<PERMISSIONS>${permissions.map((name) => plain(name, 0)).join('')}</PERMISSIONS>` +
    `${formatVmStates(vm)}<MONITORING/><SCHED_ACTIONS></SCHED_ACTIONS><TEMPLATE>` +
    cdata('AUTOMATIC_REQUIREMENTS', '(CLUSTER_ID = 0) & !(PUBLIC_CLOUD = YES)') +
    (creatorId === undefined ? '' : cdata('CREATED_BY', creatorId)) +
    `<CONTEXT>${cdata('DISK_ID', 1)}${cdata('ETH0_IP', addressOf(vm.id))}${contextNames}</CONTEXT>` +
    cdata('CPU', vm.vcpus / 2) +
    `<DISK>${fields(cdata, disk)}</DISK>${cdata('MEMORY', vm.memoryMebibytes)}<NIC>${fields(cdata, nic)}</NIC>` +
    `${gpuDevice.repeat(gpus)}<SECURITY_GROUP_RULE>${fields(cdata, { PROTOCOL: 'ALL', RULE_TYPE: 'OUTBOUND', SECURITY_GROUP_ID: 0 })}</SECURITY_GROUP_RULE>` +
    `${cdata('VCPU', vm.vcpus)}${cdata('VMID', vm.id)}</TEMPLATE><USER_TEMPLATE>` +
    (vm.flavours === undefined ? '' : cdata('FLAVOURS', vm.flavours)) +
    `${cdata('DESCRIPTION', 'a simulated VM')}</USER_TEMPLATE>${formatHistory(vm, true)}` +
    '<BACKUPS><BACKUP_CONFIG/><BACKUP_IDS></BACKUP_IDS></BACKUPS></VM>'
  );
};

const pciDevice = (at: number): string =>
  `<PCI>${fields(cdata, {
    ADDRESS: `0000:${at.toString(16).padStart(2, '0')}:00:0`,
    BUS: at.toString(16).padStart(2, '0'),
    CLASS: '0200',
    CLASS_NAME: 'Ethernet controller',
    DEVICE: '1572',
    DEVICE_NAME: 'Ethernet Controller X710 for 10GbE SFP+',
    DOMAIN: '0000',
    FUNCTION: '0',
    NUMA_NODE: '0',
    SHORT_ADDRESS: `${at.toString(16).padStart(2, '0')}:00.0`,
    SLOT: '00',
    TYPE: '8086:1572:0200',
    VENDOR: '8086',
    VENDOR_NAME: 'Intel Corporation',
    VMID: '-1',
  })}</PCI>`;
const pciDevices = Array.from({ length: 28 }, (_, at) => pciDevice(at)).join('');

/** Frankfurt, Paris, Stockholm. */
const places = ['50.1109,8.6821', '48.8566,2.3522', '59.3294,18.0687'];

export const formatHost = (host: SimulatedHost, vms: readonly SimulatedVm[]): string => {
  const memory = vms.reduce((sum, vm) => sum + vm.memoryMebibytes * 1024, 0);
  const cpu = vms.reduce((sum, vm) => sum + vm.vcpus * 50, 0);
  return (
    `<HOST>${fields(plain, { ID: host.id, NAME: host.name, STATE: host.state, PREV_STATE: host.state })}` +
    `${fields(cdata, { IM_MAD: 'kvm', VM_MAD: 'kvm' })}${fields(plain, { CLUSTER_ID: 0, CLUSTER: 'default' })}<HOST_SHARE>` +
    fields(plain, {
      MEM_USAGE: memory,
      CPU_USAGE: cpu,
      TOTAL_MEM: 268_435_456,
      TOTAL_CPU: totalCpu,
      MAX_MEM: 268_435_456,
      MAX_CPU: totalCpu,
      RUNNING_VMS: vms.length,
      VMS_THREAD: 1,
    }) +
    `<PCI_DEVICES>${pciDevices}</PCI_DEVICES></HOST_SHARE><VMS>${vms.map(({ id }) => plain('ID', id)).join('')}</VMS>` +
    `<TEMPLATE>${fields(cdata, { ARCH: 'x86_64', CPUSPEED: 3200, HOSTNAME: host.name, HYPERVISOR: 'kvm', GEOLOCATION: places[host.id % places.length] ?? '' })}</TEMPLATE><MONITORING/></HOST>`
  );
};

export const formatDatastorePool = (): string => {
  const datastores = ['IMAGE', 'SYSTEM', 'FILE'].map((_, type) => {
    const head = fields(plain, {
      ID: type,
      UID: 0,
      GID: 0,
      NAME: ['default', 'system', 'files'][type] ?? '',
    });
    const sizes = fields(plain, { TYPE: type, TOTAL_MB: 1_048_576, FREE_MB: 786_432, USED_MB: 262_144 });
    return `<DATASTORE>${head}${sizes}<IMAGES>${type === 0 ? plain('ID', 7) : ''}</IMAGES></DATASTORE>`;
  });
  return `<DATASTORE_POOL>${datastores.reverse().join('')}</DATASTORE_POOL>`;
};

export const formatNetworkPool = (vms: number): string => {
  const range = fields(cdata, { AR_ID: 0, IP: '10.0.0.1', SIZE: 65_536, TYPE: 'IP4', USED_LEASES: vms });
  const head = fields(plain, { ID: 0, UID: 0, GID: 0, NAME: 'private', USED_LEASES: vms });
  return `<VNET_POOL><VNET>${head}<AR_POOL><AR>${range}</AR></AR_POOL></VNET></VNET_POOL>`;
};

export const formatZonePool = (): string =>
  '<ZONE_POOL><ZONE><ID>0</ID><NAME>OpenNebula</NAME><STATE>0</STATE><SERVER_POOL></SERVER_POOL></ZONE></ZONE_POOL>';

/** The users: one, who has created all VMs. */
export const formatUserPool = (tokenPassword: string): string =>
  `<USER_POOL><USER><ID>0</ID><NAME>oneadmin</NAME><TEMPLATE>${cdata('TOKEN_PASSWORD', tokenPassword)}</TEMPLATE></USER></USER_POOL>`;

export const formatAdministrator = (tokenPassword: string): string =>
  '<USER><ID>0</ID><GID>0</GID><GROUPS><ID>0</ID></GROUPS><GNAME>oneadmin</GNAME><NAME>oneadmin</NAME><ENABLED>1</ENABLED>' +
  `<TEMPLATE>${cdata('TOKEN_PASSWORD', tokenPassword)}</TEMPLATE></USER>`;
