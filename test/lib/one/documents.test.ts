/** Hosts, VMs, datastores, networks and zones as a real oned 7.4 wrote them. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { datastoreShape, parseDatastore } from '../../../lib/one/datastore.ts';
import { hostShape, isKvm, parseHost } from '../../../lib/one/host.ts';
import { parseVirtualNetwork, virtualNetworkShape } from '../../../lib/one/virtual-network.ts';
import {
  extendedVmShape,
  isRunning,
  mayHaveProcess,
  parseFlavours,
  parseVm,
  vmShape,
} from '../../../lib/one/vm.ts';
import { parseRaftStatus, parseZoneServers, raftShape, zoneShape } from '../../../lib/one/zone.ts';
import { readObjects, recordedDocument } from '../../support/recordings.ts';

const readVms = (document: Buffer, shape = vmShape) => readObjects(document, 'VM', shape, parseVm);

test('the short and the extended form of a pool give the same VMs', () => {
  const short = readVms(recordedDocument('vmpool.info-notdone'));
  const extended = readVms(recordedDocument('vmpool.infoextended-notdone'), extendedVmShape);
  assert.deepEqual(
    short.map(({ id }) => id),
    [10, 9, 8, 7, 6, 5, 4, 3, 1, 0],
  );
  assert.deepEqual(short, extended);
  assert.deepEqual(short[2], {
    id: 8,
    name: 'sr-ipv4',
    owner: 'oneadmin',
    group: 'oneadmin',
    state: 3,
    lcmState: 3,
    startTime: '1795227286',
    deployId: 'h2:sr-ipv4:dummy',
    hostId: 1,
    memoryBytes: 1_073_741_824,
    cpuRatio: 2.5,
    vcpus: 4,
    hasVcpus: true,
    disks: [
      { id: '0', sizeBytes: 536_870_912 },
      { id: '1', sizeBytes: 1_073_741_824 },
    ],
    nicCount: 2,
  });
});

test('one.vm.info and one.vmpool.infoset are read alike', () => {
  const single = readVms(recordedDocument('vm.info-8'));
  const set = readVms(recordedDocument('vmpool.infoset'));
  assert.deepEqual(
    single,
    set.filter(({ id }) => id === 8),
  );
});

test('VMs that are done are listed only where they are asked for', () => {
  assert.ok(
    readVms(recordedDocument('vmpool.info-allstates')).some(({ id, state }) => id === 2 && state === 6),
  );
});

const vmDocument = (inside: string): Buffer => Buffer.from(`<VM_POOL><VM><ID>5</ID>${inside}</VM></VM_POOL>`);

test('FLAVOURS is a decimal integer or -1', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['<FLAVOURS><![CDATA[2470]]></FLAVOURS>', 2470],
    ['<FLAVOURS><![CDATA[0]]></FLAVOURS>', 0],
    ['<FLAVOURS><![CDATA[007]]></FLAVOURS>', 7],
    ['<FLAVOURS><![CDATA[]]></FLAVOURS>', -1],
    ['', -1],
    ['<FLAVOURS><![CDATA[12abc]]></FLAVOURS>', -1],
    ['<FLAVOURS><![CDATA[4.5]]></FLAVOURS>', -1],
    ['<FLAVOURS><![CDATA[-3]]></FLAVOURS>', -1],
    ['<FLAVOURS><![CDATA[0x10]]></FLAVOURS>', -1],
    ['<FLAVOURS><![CDATA[99999999999999999999]]></FLAVOURS>', -1],
    ['<FLAVOURS><A><![CDATA[1]]></A></FLAVOURS>', -1],
  ];
  for (const [attribute, expected] of cases) {
    const document = vmDocument(`<USER_TEMPLATE>${attribute}</USER_TEMPLATE>`);
    assert.deepEqual(readObjects(document, 'VM', extendedVmShape, parseFlavours), [expected], attribute);
  }
});

test('NICs, PCI NICs and aliases count, PCI devices that are no NIC do not', () => {
  const template =
    '<NIC><NIC_ID>0</NIC_ID></NIC><NIC_ALIAS><NIC_ID>1</NIC_ID></NIC_ALIAS>' +
    '<PCI><NIC_ID>2</NIC_ID><TYPE>NIC</TYPE></PCI><PCI><VENDOR>10de</VENDOR></PCI>';
  assert.equal(readVms(vmDocument(`<TEMPLATE>${template}</TEMPLATE>`))[0]?.nicCount, 3);
});

test('values that are missing or wrong are unknown, without harm to the rest', () => {
  const [vm] = readVms(
    vmDocument(
      '<STATE>x</STATE><TEMPLATE><MEMORY></MEMORY><VCPU></VCPU><DISK><DISK_ID>0</DISK_ID></DISK></TEMPLATE>',
    ),
  );
  assert.deepEqual(vm, {
    id: 5,
    name: '',
    owner: '',
    group: '',
    state: undefined,
    lcmState: undefined,
    startTime: undefined,
    deployId: '',
    hostId: undefined,
    memoryBytes: undefined,
    cpuRatio: undefined,
    vcpus: 1,
    hasVcpus: false,
    disks: [{ id: '0', sizeBytes: undefined }],
    nicCount: 0,
  });
});

test('a guest that runs has a process, and neither does in a state that is not ACTIVE', () => {
  for (let lcmState = 0; lcmState <= 71; lcmState += 1) {
    if (isRunning({ state: 3, lcmState }))
      assert.ok(mayHaveProcess({ state: 3, lcmState }), String(lcmState));
    assert.ok(!isRunning({ state: 8, lcmState }) && !mayHaveProcess({ state: 8, lcmState }));
  }
  assert.ok(isRunning({ state: 3, lcmState: 3 }) && isRunning({ state: 3, lcmState: 4 }));
  for (const unknown of [
    { state: undefined, lcmState: 3 },
    { state: 3, lcmState: undefined },
  ]) {
    assert.ok(!isRunning(unknown));
  }
});

test('an attribute of 20 MB is not kept and costs no other VM', () => {
  const huge = `<HUGE><![CDATA[${'x'.repeat(20_000_000)}]]></HUGE><FLAVOURS>${'1'.repeat(9_000_000)}</FLAVOURS>`;
  const document = Buffer.from(
    `<VM_POOL><VM><ID>2</ID><USER_TEMPLATE>${huge}</USER_TEMPLATE></VM><VM><ID>1</ID><STATE>3</STATE></VM></VM_POOL>`,
  );
  assert.deepEqual(
    readVms(document).map(({ id, state }) => [id, state]),
    [
      [2, undefined],
      [1, 3],
    ],
  );
});

/** What a tenant can put into an attribute, `]]>` and markup included: oned escapes nothing inside of CDATA. */
const hostileValue = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ']]>',
        '<VM>',
        '<VM><X>',
        '</VM>',
        '</VM_POOL>',
        '<![CDATA[',
        '</X>',
        '</USER_TEMPLATE>',
        '<A>',
        '</A>',
        '<__proto__>',
        '\u0001',
        '&lt;',
        '&',
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

test('law: one bad VM never changes what is read of another', () => {
  const good = (id: number): string =>
    `<VM><ID>${id}</ID><STATE>3</STATE><LCM_STATE>3</LCM_STATE><TEMPLATE><MEMORY>${id}</MEMORY></TEMPLATE>` +
    '<USER_TEMPLATE><X><![CDATA[y]]></X></USER_TEMPLATE></VM>';
  fc.assert(
    fc.property(hostileValue, fc.stringMatching(/^[A-Z_]{1,8}$/), (value, name) => {
      const bad = `<VM><ID>5</ID><USER_TEMPLATE><${name}><![CDATA[${value}]]></${name}></USER_TEMPLATE></VM>`;
      const document = Buffer.from(`<VM_POOL>${good(9)}${bad}${good(3)}${good(1)}</VM_POOL>`);
      const others = readVms(document).filter(({ id }) => id !== 5);
      assert.deepEqual(others, readVms(Buffer.from(`<VM_POOL>${good(9)}${good(3)}${good(1)}</VM_POOL>`)));
    }),
    { numRuns: 1000 },
  );
});

test('a VM may have a process from boot to shutdown, and when its state is unknown', () => {
  assert.equal(mayHaveProcess({ state: 3, lcmState: 3 }), true);
  assert.equal(mayHaveProcess({ state: 3, lcmState: 4 }), true);
  assert.equal(mayHaveProcess({ state: 3, lcmState: 36 }), false);
  assert.equal(mayHaveProcess({ state: 8, lcmState: 0 }), false);
  assert.equal(mayHaveProcess({ state: 1, lcmState: 0 }), false);
  assert.equal(mayHaveProcess({ state: undefined, lcmState: undefined }), true);
});

test('hosts', () => {
  const hosts = readObjects(recordedDocument('hostpool.info'), 'HOST', hostShape, parseHost);
  assert.deepEqual(
    hosts.map(({ id, name, state, vmCount }) => [id, name, state, vmCount]),
    [
      [2, 'h3-disabled', 4, 0],
      [1, 'h2', 2, 4],
      [0, 'h1', 2, 4],
    ],
  );
  assert.equal(hosts[0]?.memoryTotalBytes, 17_179_869_184);
  assert.deepEqual(hosts.map(isKvm), [false, false, false]);
});

test('a host runs KVM by what its probes found, before that by its driver', () => {
  const [host] = readObjects(recordedDocument('host.info'), 'HOST', hostShape, parseHost);
  assert.ok(host !== undefined);
  assert.equal(isKvm({ ...host, hypervisor: 'kvm', vmDriver: 'custom' }), true);
  assert.equal(isKvm({ ...host, hypervisor: 'lxc', vmDriver: 'kvm' }), false);
  assert.equal(isKvm({ ...host, hypervisor: '', vmDriver: 'qemu' }), true);
});

test('datastores', () => {
  const datastores = readObjects(
    recordedDocument('datastorepool.info'),
    'DATASTORE',
    datastoreShape,
    parseDatastore,
  );
  assert.deepEqual(
    datastores.map(({ id, name, type, imageCount }) => [id, name, type, imageCount]),
    [
      [2, 'files', 'FILE', 0],
      [1, 'default', 'IMAGE', 1],
      [0, 'system', 'SYSTEM', 0],
    ],
  );
  assert.equal(datastores[1]?.totalBytes, 21_474_836_480);
});

test('networks: leases from ALLOCATED where USED_LEASES is missing', () => {
  const networks = readObjects(
    recordedDocument('vnpool.info'),
    'VNET',
    virtualNetworkShape,
    parseVirtualNetwork,
  );
  assert.deepEqual(networks[0], {
    id: 1,
    name: 'lab4',
    addressRanges: [{ id: '0', size: 200, usedLeases: 2 }],
  });
});

test('zones: a single front-end has no servers', () => {
  const zones = readObjects(recordedDocument('zonepool.info'), 'ZONE', zoneShape, parseZoneServers);
  assert.deepEqual(zones, [[]]);
  assert.deepEqual(readObjects(recordedDocument('zone.raftstatus'), 'RAFT', raftShape, parseRaftStatus), [
    { serverId: -1, state: 0, term: 0 },
  ]);
});

test('elements that are passed over may be empty: the document is whole, and what follows is read', () => {
  for (const share of ['', '<PCI_DEVICES/>', '<PCI_DEVICES></PCI_DEVICES><NUMA_NODES />', '<X/>']) {
    const host = `<HOST><ID>1</ID><HOST_SHARE>${share}<MAX_CPU>800</MAX_CPU></HOST_SHARE></HOST>`;
    const document = Buffer.from(`<HOST_POOL>${host}<HOST><ID>2</ID><HOST_SHARE/></HOST></HOST_POOL>`);
    const hosts = readObjects(document, 'HOST', hostShape, parseHost);
    assert.deepEqual(
      hosts.map(({ id, cpuMaximum }) => [id, cpuMaximum]),
      [
        [1, 800],
        [2, undefined],
      ],
      share,
    );
  }
});
