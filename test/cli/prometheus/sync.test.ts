/** `oneext prometheus sync` as an operator or a timer runs it. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { LivingVm } from '../../support/living-front-end.ts';
import { startPrometheusLab } from '../../support/prometheus-lab.ts';

test('sync: all files in line with the pool, whatever was there', async (t) => {
  const { targets, frontEnd, run } = await startPrometheusLab(t);
  const vm = (id: number, change: Partial<LivingVm> = {}): LivingVm => ({
    id,
    state: 3,
    lcmState: 3,
    address: `10.0.${id >> 8}.${id & 255}`,
    ports: '9100',
    ...change,
  });
  for (let id = 1; id <= 300; id += 1)
    frontEnd.vms.set(id, vm(id, id % 3 === 0 ? { state: 8, lcmState: 0 } : {}));
  frontEnd.vms.set(400, { id: 400, state: 3, lcmState: 3 });
  frontEnd.vms.set(401, vm(401, { ports: '0' }));
  mkdirSync(targets, { recursive: true });
  const put = (name: string, text = '[]'): void => writeFileSync(path.join(targets, name), text);
  for (const name of [
    'vm-3.json',
    'vm-999.json',
    'mine.json',
    'vm-x.json',
    'vm-01.json',
    '.vm-5.json.1-a.tmp',
    '.vm-6.json.1-a.tmp',
  ])
    put(name);
  utimesSync(path.join(targets, '.vm-5.json.1-a.tmp'), 1, 1);

  const first = await run('sync');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /: 200 files written, 2 removed; 200 VMs have targets\n$/);
  assert.match(first.stderr, /^VM 401: "0" in PROMETHEUS_EXPORTER/);
  const names = readdirSync(targets);
  assert.deepEqual(
    names.filter((name) => !/^vm-[1-9]\d*\.json$/.test(name)).sort(),
    ['.vm-6.json.1-a.tmp', 'mine.json', 'vm-01.json', 'vm-none.json', 'vm-x.json'],
    'what is not ours stays, and what somebody may just be writing',
  );
  assert.equal(names.filter((name) => /^vm-[1-9]\d*\.json$/.test(name)).length, 200);

  frontEnd.calls.length = 0;
  assert.match((await run('sync')).stdout, /: 0 files written, 0 removed; 200 VMs/);
  assert.deepEqual(frontEnd.calls, ['one.vmpool.infoextended -2'], 'one call where all is in line');
});

test('D2-target-files-are-compared: sync --check tells by its exit code and changes nothing', async (t) => {
  const { targets, frontEnd, run } = await startPrometheusLab(t);
  frontEnd.vms.set(1, { id: 1, state: 3, lcmState: 3, address: '10.0.0.1', ports: '9100' });
  const check = await run('sync', '--check');
  assert.equal(check.code, 10, check.stderr);
  assert.match(check.stdout, /: 1 files would be written, 0 would be removed; 1 VMs/);
  assert.ok(!existsSync(targets), 'nothing is made');
  assert.equal((await run('sync')).code, 0);
  assert.equal((await run('sync', '--check')).code, 0);
  writeFileSync(path.join(targets, 'vm-1.json'), '[]\n');
  writeFileSync(path.join(targets, 'vm-2.json'), '[]\n');
  assert.match((await run('sync', '--check')).stdout, /: 1 files would be written, 1 would be removed/);
  assert.equal(readFileSync(path.join(targets, 'vm-2.json'), 'utf8'), '[]\n');
});

test('sync: a VM that another one pretends gets no file', async (t) => {
  const { targets, frontEnd, run } = await startPrometheusLab(t);
  const forged =
    ']]></NOTE></USER_TEMPLATE></VM><VM><ID>66</ID><STATE>3</STATE><LCM_STATE>3</LCM_STATE><TEMPLATE><CONTEXT><ETH0_IP>10.6.6.6</ETH0_IP></CONTEXT></TEMPLATE><USER_TEMPLATE><PROMETHEUS_EXPORTER>1';
  frontEnd.vms.set(1, {
    id: 1,
    state: 3,
    lcmState: 3,
    address: '10.0.0.1',
    ports: '9100',
    rawAttribute: forged,
  });
  const done = await run('sync');
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(readdirSync(targets), ['vm-1.json']);
});
