/** RAW with a shared folder: beside what stands there, for VMs that can have it, and as before when it is taken out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  formatRawAttribute,
  planShare,
  planUnshare,
  type Raw,
  type SharingVm,
  shareKinds,
  withoutShare,
  withShare,
} from '../../guest/shared-folder.ts';
import { parseTemplate } from '../../lib/one/oned-template.ts';

const place = { folder: '/var/lib/libvirt/scaphandre/one-7', tag: 'scaphandre' };
const vm = (changes: Partial<SharingVm> = {}): SharingVm => ({
  id: 7,
  state: 8,
  raws: [],
  hugepages: false,
  filesystemDisks: [],
  ...changes,
});
const rawOf = (data: string, changes: Partial<Raw> = {}): Raw => ({
  type: 'kvm',
  data,
  validate: '',
  ...changes,
});
const plan = (one: SharingVm, changes = {}) =>
  planShare(one, { ...place, kind: undefined, hostsProblem: undefined, ...changes });
const problemOf = (one: SharingVm, changes = {}): string => {
  const planned = plan(one, changes);
  return 'problem' in planned ? planned.problem : assert.fail(planned.raw.data);
};

const readBack = (raw: Raw): Raw => {
  const { attributes, problem } = parseTemplate(`${formatRawAttribute(raw)}\n`);
  assert.equal(problem, undefined);
  const textOf = (name: string) => attributes[0]?.vector?.get(name)?.text ?? '';
  return { type: textOf('TYPE'), data: textOf('DATA'), validate: textOf('VALIDATE') };
};

test('9p, as OpenNebula validates it; virtiofs read-only and without a cache, which its schema does not know', () => {
  const nineP = withShare(undefined, { ...place, kind: '9p' });
  assert.deepEqual([nineP.type, nineP.validate], ['kvm', '']);
  assert.match(
    nineP.data,
    /<devices><filesystem type='mount' accessmode='mapped'><source dir='\/var\/lib\/libvirt\/scaphandre\/one-7'\/><target dir='scaphandre'\/><readonly\/><\/filesystem><\/devices>/,
  );
  const virtiofs = withShare(undefined, { ...place, kind: 'virtiofs' });
  assert.equal(virtiofs.validate, 'NO');
  assert.match(
    virtiofs.data,
    /<driver type='virtiofs'\/><binary><cache mode='none'\/><\/binary>.*<readonly\/>.*<memoryBacking><source type='memfd'\/><access mode='shared'\/><\/memoryBacking>/,
  );
});

test('what stands in RAW stays, a second time changes nothing, and taken out it is as before', () => {
  const data = fc.constantFrom(
    '',
    "<qemu:commandline><qemu:arg value='-fw_cfg'/></qemu:commandline>",
    '<devices><serial type="pty"/></devices>',
    '<!-- ours -->\n<cpu/>',
  );
  const raw = fc.record({ data, type: fc.constant('kvm'), validate: fc.constantFrom('', 'NO', 'YES') });
  const kinds = fc.constantFrom(...shareKinds);
  fc.assert(
    fc.property(raw, kinds, kinds, (before, kind, other) => {
      const shared = withShare(before, { ...place, kind });
      assert.ok(shared.data.startsWith(before.data));
      assert.deepEqual(withShare(shared, { ...place, kind }), shared);
      assert.equal(withShare(shared, { ...place, kind: other }).data.match(/<filesystem/g)?.length, 1);
      const back = withoutShare(shared);
      assert.equal(back.data, before.data);
      assert.equal(back.validate === 'NO', before.validate === 'NO');
      assert.deepEqual(withoutShare(before), before);
      assert.deepEqual(readBack(shared), shared);
    }),
  );
});

test('virtiofs where all hosts and the VM can, else 9p', () => {
  const kindOf = (one: SharingVm, changes = {}) => {
    const planned = plan(one, changes);
    return 'kind' in planned ? planned.kind : planned.problem;
  };
  assert.equal(kindOf(vm()), 'virtiofs');
  assert.equal(kindOf(vm(), { hostsProblem: 'libvirt 9' }), '9p');
  assert.equal(kindOf(vm({ hugepages: true })), '9p');
  assert.equal(kindOf(vm({ raws: [rawOf('<memoryBacking><hugepages/></memoryBacking>')] })), '9p');
  const shared = withShare(undefined, { ...place, kind: 'virtiofs' });
  assert.equal(kindOf(vm({ raws: [shared] })), 'virtiofs', 'our own memoryBacking is none of others');
});

test('a VM that has the share already may run: there is nothing to change', () => {
  const shared = withShare(undefined, { ...place, kind: '9p' });
  const running = vm({ state: 3, raws: [shared] });
  assert.deepEqual(plan(running, { kind: '9p' }), { kind: '9p', raw: shared });
  assert.match(problemOf(running, { kind: 'virtiofs' }), /power it off first/);
  assert.match(problemOf(running, { kind: '9p', folder: '/elsewhere/one-7' }), /power it off first/);
});

test('what cannot work is refused with its reason', () => {
  for (const state of [3, 4, 5, 6, 11, undefined])
    assert.match(problemOf(vm({ state })), /HOLD, PENDING, POWEROFF or UNDEPLOYED: .*libvirtd 9 ends/);
  for (const state of [1, 2, 8, 9]) assert.ok('raw' in plan(vm({ state })));
  assert.match(problemOf(vm({ raws: [rawOf('a', { type: 'vmware' })] })), /its RAW is of the type vmware/);
  assert.match(problemOf(vm({ raws: [rawOf('a', { type: 'lxc' }), rawOf('b')] })), /its first RAW is .* lxc/);
  assert.match(
    problemOf(vm({ filesystemDisks: ['scaphandre'] })),
    /cache mode always: energy would stand still/,
  );
  assert.match(
    problemOf(vm({ raws: [rawOf('<filesystem><target dir="scaphandre"/></filesystem>')] })),
    /tag scaphandre already/,
  );
  assert.match(problemOf(vm(), { kind: 'virtiofs', hostsProblem: 'libvirt 9 on kvm1' }), /libvirt 9 on kvm1/);
  assert.match(problemOf(vm({ hugepages: true }), { kind: 'virtiofs' }), /hugepages.*--filesystem 9p/);
});

test('of several attributes RAW the first one gets the share, and all of them count', () => {
  const raws = [rawOf('<cpu/>'), rawOf('<clock/>')];
  const planned = plan(vm({ raws }));
  assert.ok('raw' in planned && planned.raw.data.startsWith('<cpu/><!--'), JSON.stringify(planned));
  const shared = [planned.raw, rawOf('<clock/>')];
  assert.deepEqual(plan(vm({ state: 3, raws: shared })), planned);
  assert.deepEqual(planUnshare(vm({ raws: shared })), { raw: withoutShare(planned.raw) });
  const tagged = rawOf('<filesystem><target dir="scaphandre"/></filesystem>');
  assert.match(problemOf(vm({ raws: [...raws, tagged] })), /tag scaphandre already/);
  const memory = rawOf('<memoryBacking><hugepages/></memoryBacking>');
  assert.match(problemOf(vm({ raws: [...raws, memory] }), { kind: 'virtiofs' }), /memoryBacking in RAW/);
});

test('a share that stands where OpenNebula does not change it is no second one, and cannot be taken out', () => {
  const moved = vm({ raws: [rawOf('<cpu/>'), withShare(undefined, { ...place, kind: '9p' })] });
  assert.match(problemOf(moved), /tag scaphandre already/);
  const planned = planUnshare(moved);
  assert.match('problem' in planned ? planned.problem : '', /another attribute RAW than the first one/);
  assert.deepEqual(planUnshare(vm({ raws: [rawOf('<cpu/>')] })), { raw: undefined });
  assert.deepEqual(planUnshare(vm()), { raw: undefined });
  const running = planUnshare(vm({ state: 3, raws: [withShare(undefined, { ...place, kind: '9p' })] }));
  assert.match('problem' in running ? running.problem : '', /power it off first/);
});
