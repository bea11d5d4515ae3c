import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { formatTargetGroups } from '../../../lib/prometheus/target-group.ts';
import { type ExportingVm, vmTargetsOf } from '../../../lib/prometheus/vm-targets.ts';
import { removeTargetFiles } from '../../../prometheus-patches/io/remove-target-files.ts';
import { alignTargetFile, prepareTargetFolder } from '../../../prometheus-patches/io/target-files.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const vmAt = (hostId: number, isRunning: boolean, name = 'web'): ExportingVm => ({
  id: 7,
  name,
  owner: 'alice',
  hostId,
  state: isRunning ? 3 : 8,
  lcmState: isRunning ? 3 : 0,
  exporter: { ports: '9100', contextAddresses: [{ ipv4: ['10.0.0.7'], ipv6: [] }], nicAddresses: [] },
});

const wanted = (vm: ExportingVm | undefined): string | undefined => {
  const groups = vm === undefined ? [] : vmTargetsOf(vm, 'ipv4').groups;
  return groups.length === 0 ? undefined : formatTargetGroups(groups);
};
const contentOf = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8') : undefined;

const align = (folder: string, readVm: () => Promise<ExportingVm | undefined>) =>
  alignTargetFile(7, { folder, preference: 'ipv4', readVm });

test('written, left alone, written anew, removed, and the folder made', async (t) => {
  const folder = path.join(temporaryFolder(t), 'a/b');
  const file = path.join(folder, 'vm-7.json');
  let now: ExportingVm | undefined = vmAt(0, true);
  const run = () => align(folder, async () => now);
  assert.deepEqual(await run(), { change: 'written', targets: ['10.0.0.7:9100'], problems: [] });
  assert.equal(contentOf(file), wanted(now));
  assert.equal(statSync(file).mode & 0o777, 0o644);
  const { ino } = statSync(file);
  assert.equal((await run()).change, 'none');
  assert.equal(statSync(file).ino, ino, 'what is right is not touched');
  now = vmAt(1, true);
  assert.equal((await run()).change, 'written');
  now = undefined;
  assert.deepEqual(await run(), { change: 'removed', targets: [], problems: [] });
  assert.equal((await run()).change, 'none');
  assert.deepEqual(readdirSync(folder), ['vm-none.json']);
});

test('B14-a-last-target-that-goes: a file without targets stays, and is there before the last VM goes', async (t) => {
  const folder = temporaryFolder(t);
  const stays = path.join(folder, 'vm-none.json');
  await align(folder, async () => undefined);
  assert.deepEqual(readdirSync(folder), [], 'where nothing goes, nothing comes');
  await align(folder, async () => vmAt(0, true));
  await align(folder, async () => undefined);
  assert.deepEqual(JSON.parse(readFileSync(stays, 'utf8')), [{ targets: [], labels: {} }]);
  const { ino } = statSync(stays);
  await align(folder, async () => vmAt(0, true));
  await align(folder, async () => undefined);
  assert.equal(statSync(stays).ino, ino, 'it is not written again');
  const prepared = path.join(folder, 'new/targets');
  await prepareTargetFolder(prepared);
  assert.deepEqual(readdirSync(prepared), ['vm-none.json'], 'Prometheus finds it when it first looks');
  writeFileSync(path.join(prepared, 'mine.json'), '[]');
  await removeTargetFiles(prepared);
  assert.deepEqual(readdirSync(prepared), ['mine.json'], 'uninstall takes it away');
});

test('odd names reach the file as they are', async (t) => {
  const folder = temporaryFolder(t);
  const name = 'a"b\nc\\d{{ $labels }}\u0000 é 日本';
  await align(folder, async () => vmAt(0, true, name));
  const [group] = JSON.parse(readFileSync(path.join(folder, 'vm-7.json'), 'utf8'));
  assert.equal(group.labels.one_vm_name, name);
});

test('a folder that is a file, a file that is a folder', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'plain'), '');
  await assert.rejects(
    align(path.join(folder, 'plain'), async () => vmAt(0, true)),
    { code: 'TARGET_FILE' },
  );
  mkdirSync(path.join(folder, 'vm-7.json'));
  await assert.rejects(
    align(folder, async () => vmAt(0, true)),
    { code: 'TARGET_FILE' },
  );
  chmodSync(folder, 0o755);
  assert.deepEqual(readdirSync(folder).sort(), ['plain', 'vm-7.json'], 'nothing is left behind');
});

test('however hooks of one VM overlap, the last state wins', async (t) => {
  const root = temporaryFolder(t);
  let runs = 0;
  const state = fc.oneof(
    fc.constant(undefined),
    fc.record({ hostId: fc.nat(2), isRunning: fc.boolean() }).map((one) => vmAt(one.hostId, one.isRunning)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(state, { minLength: 1, maxLength: 5 }),
      fc.scheduler(),
      async (states, scheduler) => {
        runs += 1;
        const folder = path.join(root, String(runs));
        mkdirSync(folder);
        let now: ExportingVm | undefined;
        // What is read is the state at the moment of asking; when the answer arrives is up to the scheduler.
        const readVm = (): Promise<ExportingVm | undefined> => scheduler.schedule(Promise.resolve(now));
        const hooks: Promise<unknown>[] = [];
        const { task } = scheduler.scheduleSequence(
          states.map((next) => async () => {
            now = next;
            hooks.push(align(folder, readVm));
          }),
        );
        await scheduler.waitFor(task.then(() => Promise.all(hooks)));
        assert.equal(contentOf(path.join(folder, 'vm-7.json')), wanted(states.at(-1)));
        assert.ok(readdirSync(folder).every((name) => ['vm-7.json', 'vm-none.json'].includes(name)));
      },
    ),
    { numRuns: 150 },
  );
});
