/** What a guest finds in its folder, from the program and from libvirt's hook. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { createLog } from '../../lib/log/log.ts';
import { emptyVm, type VmAccount } from '../../power-agent/accounts.ts';
import { createGuestTrees } from '../../power-agent/io/guest-trees.ts';
import { repositoryPath } from '../support/expected.ts';
import { temporaryFolder } from '../support/temporary.ts';

const zoneOf = (folder: string, domain = 'one-524'): string =>
  path.join(folder, domain, 'class/powercap/intel-rapl:0');
const read = (folder: string, name: string): string => readFileSync(path.join(zoneOf(folder), name), 'utf8');
const counterOf = (folder: string): number => Number(read(folder, 'energy_uj'));
const used = (energyJoules: number, domain = 'one-524'): readonly [string, VmAccount] => [
  `${domain}\nuuid`,
  { ...emptyVm, energyJoules },
];

const makeTrees = (t: TestContext) => {
  const folder = temporaryFolder(t);
  let log = '';
  const write = (line: string): void => {
    log += line;
  };
  const begin = () =>
    createGuestTrees(folder, createLog({ level: 'info', format: 'logfmt', now: () => new Date(0), write }));
  return { folder, begin, log: () => log };
};

test('a guest finds one zone, whose counter never is 0', (t) => {
  const { folder, begin } = makeTrees(t);
  const trees = begin();
  trees.write([used(0)]);
  assert.deepEqual(
    ['name', 'max_energy_range_uj', 'energy_uj'].map((name) => read(folder, name)),
    ['package-0\n', '0\n', '1\n'],
  );
  trees.write([used(2.5)]);
  assert.equal(counterOf(folder), 2_500_001);
});

test('other users can read what a guest finds, whatever the umask of the agent is', (t) => {
  const { folder, begin } = makeTrees(t);
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  begin().write([used(0)]);
  const modeOf = (...names: readonly string[]) =>
    statSync(path.join(folder, 'one-524', ...names)).mode & 0o777;
  assert.deepEqual([modeOf(), modeOf('class/powercap')], [0o755, 0o755]);
  assert.equal(modeOf('class/powercap/intel-rapl:0/energy_uj'), 0o644);
});

test('the counter in the folder goes on when the agent starts again, whatever the agent has kept', (t) => {
  const { folder, begin } = makeTrees(t);
  begin().write([used(0)]);
  writeFileSync(path.join(zoneOf(folder), 'energy_uj'), '9000000\n');
  const trees = begin();
  trees.write([used(100)]);
  assert.equal(counterOf(folder), 9_000_000);
  trees.write([used(101)]);
  assert.equal(counterOf(folder), 10_000_000);
});

test('a long counter goes on; what is no counter is replaced as a whole', (t) => {
  const { folder, begin } = makeTrees(t);
  begin().write([used(0)]);
  const file = path.join(zoneOf(folder), 'energy_uj');
  writeFileSync(file, '1000000000000000\n');
  begin().write([used(1)]);
  assert.equal(read(folder, 'energy_uj'), '1000000000000000\n');
  writeFileSync(file, 'twenty bytes of junk\n');
  const trees = begin();
  trees.write([used(1)]);
  trees.write([used(2)]);
  assert.equal(read(folder, 'energy_uj'), '1000001\n');
});

test('a folder that is gone is made anew', (t) => {
  const { folder, begin } = makeTrees(t);
  const trees = begin();
  trees.write([used(1)]);
  rmSync(path.join(folder, 'one-524'), { recursive: true });
  trees.write([used(2)]);
  trees.write([used(3)]);
  assert.equal(counterOf(folder), 1_000_001);
});

test('no link of a guest is followed', (t) => {
  const { folder, begin, log } = makeTrees(t);
  const outside = temporaryFolder(t);
  const trees = begin();
  symlinkSync(outside, path.join(folder, 'one-524'));
  mkdirSync(zoneOf(folder, 'one-525'), { recursive: true });
  writeFileSync(path.join(outside, 'secret'), '7\n');
  symlinkSync(path.join(outside, 'secret'), path.join(zoneOf(folder, 'one-525'), 'energy_uj'));
  const vms = [used(1), used(1, 'one-525'), used(1, '../one-9'), used(1, '..')];
  trees.write(vms);
  trees.write(vms);
  assert.equal(readFileSync(path.join(outside, 'secret'), 'utf8'), '7\n');
  assert.ok(!existsSync(path.join(outside, 'class')) && !existsSync(path.join(folder, '../one-9')));
  assert.equal(log().trimEnd().split('\n').length, vms.length, 'each is told once');
});

test('the counter never falls, whatever the agent gives', (t) => {
  const { folder, begin } = makeTrees(t);
  let before = 0;
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (joules) => {
      const trees = begin();
      for (const each of joules) {
        trees.write([used(each)]);
        const now = counterOf(folder);
        assert.ok(now >= Math.max(1, before), `${now} after ${before}`);
        before = now;
      }
      trees.write([]);
    }),
    { numRuns: 30 },
  );
});

const runHook = (folder: string, domain: string, operation: string) =>
  spawnSync(repositoryPath('host-installer/libvirt/guest-tree.sh'), [domain, operation, 'begin', '-'], {
    env: { PATH: '/usr/bin:/bin', GUEST_TREES: folder },
    input: '<domain/>',
    encoding: 'utf8',
  });

test("libvirt's hook makes the folder before the VM starts, and leaves one that is there", (t) => {
  const { folder, begin } = makeTrees(t);
  assert.deepEqual([runHook(folder, 'one-524', 'started').status, existsSync(zoneOf(folder))], [0, false]);
  const { status, stdout } = runHook(folder, 'one-524', 'prepare');
  assert.deepEqual(
    [status, stdout, counterOf(folder), read(folder, 'max_energy_range_uj')],
    [0, '', 1, '0\n'],
  );
  const trees = begin();
  trees.write([used(0)]);
  trees.write([used(3)]);
  runHook(folder, 'one-524', 'prepare');
  assert.equal(counterOf(folder), 3_000_001);
});

test('QEMU can go through the folders that the hook makes, whatever the umask of libvirt is', (t) => {
  const folder = path.join(temporaryFolder(t), 'energy/guests');
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  assert.equal(runHook(folder, 'one-524', 'prepare').status, 0);
  const made = [path.dirname(folder), folder, path.join(folder, 'one-524')];
  assert.deepEqual(
    made.map((each) => statSync(each).mode & 0o777),
    [0o755, 0o755, 0o755],
  );
});

test('the hook never stops a VM, and follows no link', (t) => {
  const { folder } = makeTrees(t);
  const outside = temporaryFolder(t);
  symlinkSync(outside, path.join(folder, 'one-524'));
  for (const domain of ['one-524', '../x', '', '.hidden', 'a/b'])
    assert.equal(runHook(folder, domain, 'prepare').status, 0, domain);
  assert.ok(!existsSync(path.join(outside, 'class')));
  writeFileSync(path.join(folder, 'file'), '');
  assert.equal(runHook(path.join(folder, 'file'), 'one-1', 'prepare').status, 0);
});
