import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { extendedVmShape, parseVmExporter } from '../../../lib/one/vm.ts';
import { formatTargetGroups } from '../../../lib/prometheus/target-group.ts';
import { type ExportingVm, vmTargetsOf } from '../../../lib/prometheus/vm-targets.ts';
import { parseExportingVm } from '../../../prometheus-patches/io/read-exporting-vm.ts';
import { repositoryPath } from '../../support/expected.ts';
import { readObjects, recordedDocument } from '../../support/recordings.ts';

const parse = (document: Buffer): ExportingVm => {
  const [vm] = readObjects(document, 'VM', extendedVmShape, parseExportingVm);
  assert.ok(vm !== undefined);
  return vm;
};
const recordedEvent = (name: string): ExportingVm =>
  parse(readFileSync(repositoryPath(`test/fixtures/opennebula/hooks/vm-${name}.arg-decoded.xml`)));

const vm: ExportingVm = {
  id: 7,
  name: 'web',
  owner: 'alice',
  hostId: 2,
  state: 3,
  lcmState: 3,
  exporter: {
    ports: '9100',
    contextAddresses: [{ ipv4: ['10.0.0.7'], ipv6: ['2001:db8::7'] }],
    nicAddresses: [{ ipv4: ['10.0.0.8'], ipv6: [] }],
  },
};
const withExporter = (change: Partial<NonNullable<ExportingVm['exporter']>>): ExportingVm => ({
  ...vm,
  exporter: { ports: '9100', contextAddresses: [], nicAddresses: [], ...change },
});
const targetsOf = (one: ExportingVm, preference: 'ipv4' | 'ipv6' = 'ipv4'): readonly string[] =>
  vmTargetsOf(one, preference).groups.flatMap(({ targets }) => targets);

test('a recorded VM that runs', () => {
  const { groups, problems } = vmTargetsOf(recordedEvent('running'), 'ipv4');
  assert.deepEqual(problems, []);
  assert.deepEqual(groups, [
    {
      targets: ['127.10.0.2:9100'],
      labels: { vm_id: '1', one_vm_id: '1', one_host_id: '0', one_vm_name: 'sr-3', one_vm_owner: 'oneadmin' },
    },
  ]);
  assert.deepEqual(targetsOf(recordedEvent('running'), 'ipv6'), ['[fd00:10::2]:9100']);
});

test('recorded events of a life: a target while the guest runs, none otherwise', () => {
  const hasTarget = (name: string): boolean => targetsOf(recordedEvent(name)).length > 0;
  for (const name of ['running', 'lcm-MIGRATE']) assert.ok(hasTarget(name), name);
  const others = ['poweroff', 'stop', 'done', 'lcm-EPILOG', 'lcm-SAVE_MIGRATE', 'lcm-SHUTDOWN', 'lcm-BOOT'];
  for (const name of [...others, 'lcm-PROLOG_MIGRATE', 'lcm-BOOT_MIGRATE']) assert.ok(!hasTarget(name), name);
});

test('recorded answers of one.vm.info', () => {
  const recorded = (id: number): readonly string[] => targetsOf(parse(recordedDocument(`vm.info-${id}`)));
  assert.deepEqual(recorded(0), ['127.10.0.1:9100']);
  for (const id of [2, 3, 4]) assert.deepEqual(recorded(id), [], `VM ${id} does not run`);
  assert.deepEqual(recorded(6), [], 'a VM without PROMETHEUS_EXPORTER');
  assert.deepEqual(recorded(8), ['127.11.0.1:9100']);
});

test('a migrated VM is on the host of its last record', () => {
  const { groups } = vmTargetsOf(recordedEvent('lcm-MIGRATE'), 'ipv4');
  assert.equal(groups[0]?.labels['one_host_id'], '1');
});

test('several ports, paths, and what is none of both', () => {
  const { groups, problems } = vmTargetsOf(
    {
      ...vm,
      exporter: { ...withExporter({}).exporter, ports: '9100,9200/metrics,abc,70000,-1 9300 9100' } as never,
    },
    'ipv4',
  );
  assert.deepEqual(groups, []);
  assert.equal(problems.length, 4, 'and no address');
  const both = vmTargetsOf(
    withExporter({
      ports: '9100,9200/a/b, abc,70000,-1 9300 9100 0',
      contextAddresses: [{ ipv4: ['10.0.0.7'], ipv6: [] }],
    }),
    'ipv4',
  );
  assert.deepEqual(
    both.groups.map(({ targets, labels }) => [targets, labels['__metrics_path__']]),
    [
      [['10.0.0.7:9100', '10.0.0.7:9300'], undefined],
      [['10.0.0.7:9200'], '/a/b'],
    ],
  );
  assert.deepEqual(
    both.problems.map((problem) => /^"([^"]*)"/.exec(problem)?.[1]),
    ['abc', '70000', '-1', '0'],
  );
  const many = Array.from({ length: 40 }, (_, at) => 9000 + at).join();
  const limited = vmTargetsOf(
    { ...vm, exporter: { ...(vm.exporter as object), ports: many } as never },
    'ipv4',
  );
  assert.equal(limited.groups[0]?.targets.length, 16);
  assert.match(limited.problems[0] ?? '', /only the first 16 of 40/);
});

test('addresses: CONTEXT before NIC, interface by interface, the preferred family first', () => {
  assert.deepEqual(targetsOf(vm), ['10.0.0.7:9100']);
  assert.deepEqual(targetsOf(vm, 'ipv6'), ['[2001:db8::7]:9100']);
  const nic = { nicAddresses: [{ ipv4: ['10.0.0.8'], ipv6: ['2001:DB8:0::8'] }] };
  assert.deepEqual(targetsOf(withExporter(nic)), ['10.0.0.8:9100']);
  assert.deepEqual(targetsOf(withExporter(nic), 'ipv6'), ['[2001:db8::8]:9100']);
  const only6 = withExporter({
    contextAddresses: [
      { ipv4: [], ipv6: ['2001:db8::9'] },
      { ipv4: ['10.0.0.9'], ipv6: [] },
    ],
  });
  assert.deepEqual(targetsOf(only6), ['[2001:db8::9]:9100']);
});

test('an address that cannot be a VM is taken from a NIC at most', () => {
  const context = (address: string): ExportingVm =>
    withExporter({
      contextAddresses: [{ ipv4: [address], ipv6: [address] }],
      nicAddresses: [{ ipv4: ['10.0.0.8'], ipv6: [] }],
    });
  const odd = [
    '127.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    '::ffff:127.0.0.1',
  ];
  for (const address of [...odd, 'front-end', '10.0.0.7:22', '0x7f.1', '010.0.0.1', 'fe80::1%eth0', '']) {
    assert.deepEqual(targetsOf(context(address)), ['10.0.0.8:9100'], address);
  }
  const leased = withExporter({
    contextAddresses: [{ ipv4: ['127.10.0.2'], ipv6: [] }],
    nicAddresses: [{ ipv4: ['127.10.0.2'], ipv6: [] }],
  });
  assert.deepEqual(targetsOf(leased), ['127.10.0.2:9100']);
  for (const address of ['169.254.169.254', 'fe80::1', 'ff02::1', '224.0.0.1', '0.0.0.0', '::']) {
    const lease = [{ ipv4: [address], ipv6: [address] }];
    const withLease = withExporter({ contextAddresses: lease, nicAddresses: lease });
    assert.deepEqual(targetsOf(withLease), [], `${address} is no address of a VM, whoever says so`);
  }
  const { groups, problems } = vmTargetsOf(withExporter({}), 'ipv4');
  assert.deepEqual([groups, problems.length], [[], 1]);
});

test('an empty CONTEXT, an empty attribute, none at all', () => {
  const parseText = (xml: string) =>
    parse(Buffer.from(`<VM><ID>7</ID><STATE>3</STATE><LCM_STATE>3</LCM_STATE>${xml}</VM>`));
  const user = '<USER_TEMPLATE><PROMETHEUS_EXPORTER><![CDATA[9100]]></PROMETHEUS_EXPORTER></USER_TEMPLATE>';
  const nic = '<NIC><IP><![CDATA[10.0.0.8]]></IP><NIC_ID>0</NIC_ID></NIC>';
  for (const context of [
    '',
    '<CONTEXT/>',
    '<CONTEXT><![CDATA[]]></CONTEXT>',
    '<CONTEXT><ETH0_IP><![CDATA[ ]]></ETH0_IP></CONTEXT>',
  ]) {
    assert.deepEqual(
      targetsOf(parseText(`<TEMPLATE>${context}${nic}</TEMPLATE>${user}`)),
      ['10.0.0.8:9100'],
      context,
    );
    assert.equal(vmTargetsOf(parseText(`<TEMPLATE>${context}</TEMPLATE>${user}`), 'ipv4').problems.length, 1);
  }
  for (const none of ['', user.replace('9100', ' '), user.replaceAll('PROMETHEUS_EXPORTER', 'OTHER')]) {
    assert.deepEqual(vmTargetsOf(parseText(`<TEMPLATE>${nic}</TEMPLATE>${none}`), 'ipv4'), {
      groups: [],
      problems: [],
    });
  }
  const [element] = readObjects(Buffer.from('<VM><ID>1</ID></VM>'), 'VM', extendedVmShape, (one) => one);
  assert.ok(element !== undefined);
  assert.equal(parseVmExporter(element), undefined);
});

test('whatever a tenant writes: targets are host:port, and the file is JSON that says the same', () => {
  const words = fc.oneof(fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6(), fc.nat(70_000).map(String));
  const interfaces = fc.array(
    fc.record({ ipv4: fc.array(words, { maxLength: 2 }), ipv6: fc.array(words, { maxLength: 2 }) }),
  );
  const property = fc.property(
    words,
    words,
    words,
    interfaces,
    interfaces,
    (name, owner, ports, contextAddresses, nicAddresses) => {
      const { groups } = vmTargetsOf(
        { ...vm, name, owner, exporter: { ports, contextAddresses, nicAddresses } },
        'ipv4',
      );
      for (const { targets, labels } of groups) {
        for (const target of targets) assert.match(target, /^(?:\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\]):\d{1,5}$/);
        assert.equal(labels['one_vm_name'], name);
      }
      assert.deepEqual(JSON.parse(formatTargetGroups(groups)), groups);
    },
  );
  fc.assert(property, { numRuns: 500 });
});
