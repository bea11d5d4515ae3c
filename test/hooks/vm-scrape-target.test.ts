/** dist/hooks/vm_scrape_target as the hook manager runs it. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { encodeDocument } from '../../simulator/front-end.ts';
import { repositoryPath } from '../support/expected.ts';
import { withFlags } from '../support/flags.ts';
import { type LivingFrontEnd, type LivingVm, startLivingFrontEnd } from '../support/living-front-end.ts';
import { type ProgramRun, runProgram } from '../support/program.ts';
import { httpAnswer, startRawServer } from '../support/raw-server.ts';
import { recordedDocument } from '../support/recordings.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The answer of one.vmpool.infoset with recorded VMs. */
const poolOf = (...names: readonly string[]): Buffer =>
  httpAnswer('200 OK', encodeDocument(`<VM_POOL>${names.map(recordedDocument).join('')}</VM_POOL>`));

const running: LivingVm = { id: 1, state: 3, lcmState: 3, address: '10.0.0.1', ports: '9100' };

const hookRunner = (folder: string, endpoint: string) => {
  writeFileSync(path.join(folder, 'one_auth'), 'oneadmin:labpass\n');
  const targets = path.join(folder, 'targets');
  const run = (event: string, ...argv: readonly string[]): Promise<ProgramRun> =>
    runProgram('dist/hooks/vm_scrape_target', {
      argv: withFlags(['--config.file=/dev/null', `--prometheus.targets-folder=${targets}`], argv),
      stdin: event,
      env: { PATH: '/usr/bin:/bin', ONE_AUTH: path.join(folder, 'one_auth'), ONE_XMLRPC: endpoint },
    });
  const targetsOf = (id: number): readonly string[] | undefined => {
    const file = path.join(targets, `vm-${id}.json`);
    if (!existsSync(file)) return undefined;
    return JSON.parse(readFileSync(file, 'utf8')).flatMap((group: { targets: string[] }) => group.targets);
  };
  return { run, targets, targetsOf };
};

const startLab = async (
  t: TestContext,
): Promise<ReturnType<typeof hookRunner> & { frontEnd: LivingFrontEnd }> => {
  const frontEnd = await startLivingFrontEnd(t);
  return { ...hookRunner(temporaryFolder(t), frontEnd.endpoint), frontEnd };
};

const eventOf = (vm: LivingVm): string => Buffer.from(`<VM>\n  <ID>${vm.id}</ID>\n</VM>`).toString('base64');

test('a recorded event and a recorded front-end: one file with the target and its labels', async (t) => {
  const frontEnd = await startRawServer(() => ({ bytes: poolOf('vm.info-1') }));
  t.after(frontEnd.close);
  const { run, targets } = hookRunner(temporaryFolder(t), `http://127.0.0.1:${frontEnd.port}/RPC2`);
  const done = await run(
    readFileSync(repositoryPath('test/fixtures/opennebula/hooks/vm-running-stdin.stdin'), 'utf8'),
  );
  assert.equal(done.stderr, 'INFO: vm_scrape_target: VM 1: target file written: 127.10.0.2:9100\n');
  assert.deepEqual([done.code, done.stdout], [0, '']);
  assert.deepEqual(readdirSync(targets), ['vm-1.json']);
  assert.deepEqual(JSON.parse(readFileSync(path.join(targets, 'vm-1.json'), 'utf8')), [
    {
      targets: ['127.10.0.2:9100'],
      labels: { vm_id: '1', one_vm_id: '1', one_host_id: '1', one_vm_name: 'sr-3', one_vm_owner: 'oneadmin' },
    },
  ]);
  assert.match(frontEnd.requests[0] ?? '', /one\.vmpool\.infoset.*<string>1<\/string>.*<boolean>1</);
});

test('the event says RUNNING, the front-end says otherwise: the front-end is believed', async (t) => {
  const { run, targetsOf, frontEnd } = await startLab(t);
  const event = readFileSync(repositoryPath('test/fixtures/opennebula/hooks/vm-running-stdin.stdin'), 'utf8');
  frontEnd.vms.set(1, running);
  assert.equal((await run(event)).code, 0);
  assert.deepEqual(targetsOf(1), ['10.0.0.1:9100']);
  assert.match((await run(event)).stderr, /in line already/);
  frontEnd.vms.set(1, { ...running, state: 8, lcmState: 0 });
  assert.match((await run(event)).stderr, /target file removed: no target/);
  assert.equal(targetsOf(1), undefined);
  frontEnd.vms.set(1, running);
  await run(event);
  frontEnd.vms.delete(1);
  assert.equal((await run(event)).code, 0, 'a VM that is gone');
  assert.equal(targetsOf(1), undefined);
});

test('no address, a bad port: no target, a line that says so, exit 0', async (t) => {
  const { run, targetsOf, frontEnd } = await startLab(t);
  frontEnd.vms.set(1, { ...running, address: '' });
  const nowhere = await run('1');
  assert.equal(nowhere.code, 0);
  assert.match(nowhere.stderr, /INFO: vm_scrape_target: VM 1: neither CONTEXT nor a NIC has an address/);
  frontEnd.vms.set(1, { ...running, ports: '9100,9200/metrics,abc,70000,-1', name: 'a\nb"c' });
  const odd = await run('1');
  assert.deepEqual(targetsOf(1), ['10.0.0.1:9100', '10.0.0.1:9200']);
  for (const word of ['abc', '70000', '-1'])
    assert.match(odd.stderr, new RegExp(`VM 1: "${word}" in PROMETHEUS`));
  frontEnd.vms.set(1, { ...running, ports: 'x\nERROR: forged' });
  const forged = await run('1');
  assert.equal(forged.code, 0);
  for (const line of forged.stderr.trimEnd().split('\n'))
    assert.match(line, /^INFO: vm_scrape_target: VM 1: /);
  assert.equal(targetsOf(1), undefined);
});

test('what is wrong is an error, and the file stays as it is', async (t) => {
  const { run, targetsOf, frontEnd } = await startLab(t);
  frontEnd.vms.set(1, running);
  await run('1');
  for (const [argv, code, pattern] of [
    [['--one.timeout=soon'], 78, /CONFIG_INVALID/],
    [['--prometheus.targets-folder=relative'], 78, /must be an absolute path/],
    [['--prometheus.targets-folder=/proc/1/nothing'], 1, /TARGET_FILE/],
  ] as const) {
    const failed = await run('1', ...argv);
    assert.equal(failed.code, code, failed.stderr);
    assert.match(failed.stderr, pattern);
  }
  const unreachable = await hookRunner(temporaryFolder(t), 'http://127.0.0.1:1/RPC2').run('1');
  assert.equal(unreachable.code, 75);
  assert.deepEqual(targetsOf(1), ['10.0.0.1:9100']);
});

test('a late hook with an old answer finds out itself', async (t) => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let asked: () => void = () => undefined;
  const firstAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let calls = 0;
  const frontEnd = await startRawServer(async () => {
    calls += 1;
    const answer = { bytes: poolOf(...(calls === 1 ? ['vm.info-1'] : [])) };
    if (calls === 1) {
      asked();
      await held;
    }
    return answer;
  });
  t.after(frontEnd.close);
  const { run, targetsOf } = hookRunner(temporaryFolder(t), `http://127.0.0.1:${frontEnd.port}/RPC2`);
  const late = run('1');
  await firstAsked;
  assert.match((await run('1')).stderr, /in line already: no target/);
  release();
  assert.match((await late).stderr, /target file removed: no target/);
  assert.equal(targetsOf(1), undefined);
  assert.equal(calls, 4, 'the late one: running, gone, gone; the other: gone');
});

test('twenty hooks at once for ten VMs', async (t) => {
  const { run, targets, targetsOf, frontEnd } = await startLab(t);
  const vms = Array.from({ length: 10 }, (_, id) => ({ ...running, id, address: `10.0.1.${id + 1}` }));
  for (const vm of vms) frontEnd.vms.set(vm.id, vm);
  const first = vms.map((vm) => run(eventOf(vm)));
  // Every second VM stops while the hooks of its start still run.
  for (const vm of vms) if (vm.id % 2 === 0) frontEnd.vms.set(vm.id, { ...vm, state: 8, lcmState: 0 });
  const second = vms.map((vm) => run(eventOf(vm)));
  for (const { code, stderr } of await Promise.all([...first, ...second])) assert.equal(code, 0, stderr);
  for (const { id, address } of vms) {
    assert.deepEqual(targetsOf(id), id % 2 === 0 ? undefined : [`${address}:9100`], `VM ${id}`);
  }
  assert.equal(readdirSync(targets).length, 5, 'no temporary file is left');
});
