/** The program, on a host that is made of files. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { madeUuid } from '../support/made-energy.ts';
import { madeHostFiles } from '../support/made-energy-files.ts';
import { type PowerAgentProcess, sampleIn, startPowerAgent } from '../support/power-agent.ts';
import { runProgram } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary.ts';

const program = 'dist/opennebula-power-agent';
const ofVm = (name: string, vm: number): string =>
  `onepower_vm_${name}_total{domain="one-${vm}",uuid="${madeUuid(vm)}"}`;
const vmJoules = (page: string, vm: number): number | undefined => sampleIn(page, ofVm('energy_joules', vm));
const vmSeconds = (page: string, vm: number): number | undefined => sampleIn(page, ofVm('cpu_seconds', vm));
const hostJoules = (page: string): number => sampleIn(page, 'onepower_host_energy_joules_total') ?? 0;

/** A host of 16 CPUs with two VMs, one of them in a cgroup, and a process that is none. */
const makeHost = (t: TestContext) => {
  const root = temporaryFolder(t);
  const files = madeHostFiles(root);
  const flags = [
    `--path.procfs=${files.procfs}`,
    `--path.sysfs=${files.sysfs}`,
    `--path.run=${path.join(root, 'run')}`,
    '--meter=rapl',
    '--interval=100ms',
  ];
  let passed = 0;
  /** So many seconds: one VM keeps 4 CPUs busy, the other 2, the process 2. The host draws 100 W. */
  const pass = (seconds: number): void => {
    passed += seconds;
    files.putProcess({ pid: 5240, vm: 524, cpuSeconds: 1, cgroupSeconds: 4 * passed });
    files.putProcess({ pid: 5250, vm: 525, cpuSeconds: 2 * passed });
    files.putProcess({ pid: 900, cpuSeconds: 2 * passed });
    files.putCpu(8 * passed, 8 * passed);
    files.putEnergy(1000 + 100 * passed);
  };
  files.putBootId('first');
  pass(10);
  return { root, files, flags, pass };
};

/** Resolves when the agent has read the host as it is now: the page of that moment. */
const afterReading = (agent: PowerAgentProcess, joules: number): Promise<string> =>
  agent.pageWhere((page) => Math.abs(hostJoules(page) - joules) < 1e-6);
const untilSeen = (agent: PowerAgentProcess, vm: number): Promise<string> =>
  agent.pageWhere((page) => vmSeconds(page, vm) !== undefined);

test('each VM gets its part, from a cgroup and from /proc alike', async (t) => {
  const { flags, pass } = makeHost(t);
  const agent = await startPowerAgent(t, flags);
  assert.deepEqual([vmSeconds(await untilSeen(agent, 525), 525)], [0]);
  pass(2);
  const page = await afterReading(agent, 200);
  assert.deepEqual([vmJoules(page, 524), vmJoules(page, 525)], [50, 25]);
  assert.deepEqual([vmSeconds(page, 524), vmSeconds(page, 525)], [8, 4]);
  assert.equal(sampleIn(page, 'onepower_other_energy_joules_total'), 25);
  assert.equal(sampleIn(page, 'onepower_idle_energy_joules_total'), 100);
  assert.equal(sampleIn(page, 'onepower_zone_energy_joules_total{zone="package-0",counted="true"}'), 200);
  assert.equal(sampleIn(page, 'onepower_host_cpus'), 16);
  assert.match(page, /^onepower_info\{version="[^"]+",meter="rapl"\} 1$/m);
  assert.doesNotMatch(page, /marginal|idle_watts/, 'the model cannot know yet');
  assert.equal(await agent.end(), 0);
});

test('both formats say the same, zipped or not', async (t) => {
  const { flags, pass } = makeHost(t);
  const agent = await startPowerAgent(t, flags);
  pass(1);
  await afterReading(agent, 100);
  const openMetrics = await agent.page({ accept: 'application/openmetrics-text' });
  assert.ok(openMetrics.endsWith('\n# EOF\n'));
  assert.match(openMetrics, /^# TYPE onepower_vm_energy_joules counter$/m);
  assert.equal(vmJoules(openMetrics, 524), 25);
  const zipped = await fetch(`${agent.url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.equal(await zipped.text(), await agent.page({ 'accept-encoding': 'identity' }));
});

test('counters go on after the agent was killed, and begin anew with the host', async (t) => {
  const { files, flags, pass } = makeHost(t);
  const first = await startPowerAgent(t, flags);
  pass(2);
  await afterReading(first, 200);
  await first.end('SIGKILL');
  pass(5);
  const second = await startPowerAgent(t, flags);
  assert.equal(vmJoules(await second.page(), 524), 50, 'nobody knows what it used meanwhile');
  pass(1);
  assert.equal(vmJoules(await afterReading(second, 300), 524), 75);
  await second.end('SIGKILL');
  files.putBootId('second');
  const third = await startPowerAgent(t, flags);
  assert.equal(hostJoules(await third.page()), 0);
});

test('a counter is never seen lower, whenever the agent is killed', async (t) => {
  const { flags, pass } = makeHost(t);
  let highest = 0;
  for (let round = 0; round < 4; round += 1) {
    const agent = await startPowerAgent(t, flags);
    for (let time = 0; time < 5; time += 1) {
      pass(1);
      const joules = hostJoules(await agent.page());
      assert.ok(joules >= highest, `${joules} after ${highest}`);
      highest = joules;
    }
    await agent.end('SIGKILL');
  }
});

test('a VM that comes is seen, one that ends keeps what it used, and one whose program is hidden counts', async (t) => {
  const { files, flags, pass } = makeHost(t);
  const agent = await startPowerAgent(t, flags);
  await untilSeen(agent, 525);
  files.putProcess({ pid: 7000, vm: 526, cpuSeconds: 3, hidesExe: true });
  await untilSeen(agent, 526);
  files.putProcess({ pid: 7000, vm: 526, cpuSeconds: 5, hidesExe: true });
  await agent.pageWhere((page) => vmSeconds(page, 526) === 2);
  files.endProcess(7000);
  pass(1);
  const page = await afterReading(agent, 100);
  assert.equal(vmSeconds(page, 526), 2);
});

test('a VM that starts again under the same pid goes on from what it had used', async (t) => {
  const { files, flags } = makeHost(t);
  const agent = await startPowerAgent(t, flags);
  await untilSeen(agent, 525);
  files.putProcess({ pid: 5250, vm: 525, cpuSeconds: 21 });
  await agent.pageWhere((page) => vmSeconds(page, 525) === 1);
  files.putProcess({ pid: 5250, vm: 525, cpuSeconds: 900, startedAt: 5000 });
  files.putProcess({ pid: 7000, vm: 526, cpuSeconds: 0 });
  await untilSeen(agent, 526); // read after the other
  assert.equal(vmSeconds(await agent.page(), 525), 1);
  files.putProcess({ pid: 5250, vm: 525, cpuSeconds: 902, startedAt: 5000 });
  await agent.pageWhere((page) => vmSeconds(page, 525) === 3);
});

test('what the kernel does for the network of a VM is of that VM, where it has no cgroup', async (t) => {
  const { files, flags } = makeHost(t);
  for (const [pid, owner] of [
    [70, 5250],
    [71, 5250],
    [72, 5240],
  ] as const)
    files.putProcess({ pid, vhostOf: owner, cpuSeconds: 7 });
  const agent = await startPowerAgent(t, flags);
  await untilSeen(agent, 525);
  files.putProcess({ pid: 70, vhostOf: 5250, cpuSeconds: 8 });
  files.putProcess({ pid: 71, vhostOf: 5250, cpuSeconds: 9 });
  files.putProcess({ pid: 72, vhostOf: 5240, cpuSeconds: 90 });
  const page = await agent.pageWhere((text) => vmSeconds(text, 525) === 3);
  assert.equal(vmSeconds(page, 524), 0, 'its cgroup has it already');
});

test('a cgroup in which two VMs run is of neither: each has the time of its process', async (t) => {
  const { files, flags } = makeHost(t);
  files.putProcess({ pid: 7000, vm: 526, cpuSeconds: 5 });
  writeFileSync(
    path.join(files.procfs, '7000/cgroup'),
    '0::/machine.slice/machine-qemu-1-one-524.scope/libvirt/emulator\n',
  );
  const agent = await startPowerAgent(t, flags);
  await untilSeen(agent, 526);
  files.putProcess({ pid: 5240, vm: 524, cpuSeconds: 4, cgroupSeconds: 90 });
  files.putProcess({ pid: 7000, vm: 526, cpuSeconds: 7 });
  await agent.pageWhere((text) => vmSeconds(text, 526) === 2 && vmSeconds(text, 524) === 3);
});

test('files that are empty for a moment, as those of a made host are, cost nothing', async (t) => {
  const { files, flags, pass } = makeHost(t);
  const agent = await startPowerAgent(t, flags);
  await untilSeen(agent, 525);
  for (const file of [
    'class/powercap/intel-rapl:0/energy_uj',
    'fs/cgroup/machine.slice/machine-qemu-1-one-524.scope/cpu.stat',
  ])
    writeFileSync(path.join(files.sysfs, file), '');
  writeFileSync(path.join(files.procfs, '5250/stat'), '');
  files.putProcess({ pid: 7000, vm: 526, cpuSeconds: 0 });
  await untilSeen(agent, 526); // read after the others
  pass(2);
  const page = await afterReading(agent, 200);
  assert.deepEqual([vmJoules(page, 524), vmJoules(page, 525)], [50, 25]);
  assert.equal(sampleIn(page, 'onepower_zone_read_errors_total{zone="package-0"}'), 0);
});

test('without a meter CPU time is counted and no joule is given', async (t) => {
  const { root, files, flags, pass } = makeHost(t);
  rmSync(path.join(root, 'sys/class'), { recursive: true });
  const agent = await startPowerAgent(t, flags);
  await untilSeen(agent, 525);
  pass(1);
  const page = await agent.pageWhere((text) => vmSeconds(text, 525) === 2);
  assert.doesNotMatch(page, /joules|watts/);
  assert.match(page, /meter="none"/);
  assert.match(agent.log(), /level=warn msg="no meter works: CPU time is counted, energy is not"/);
  files.endProcess(900);
});

test('the power that a BMC gives is that of the whole host', async (t) => {
  const { root, flags, pass } = makeHost(t);
  rmSync(path.join(root, 'sys/class'), { recursive: true });
  const ipmitool = path.join(root, 'ipmitool');
  const answer = 'Instantaneous power reading: 220 Watts';
  writeFileSync(ipmitool, `#!/bin/sh\n[ "$*" = "dcmi power reading" ] && echo "${answer}"\n`, {
    mode: 0o755,
  });
  const agent = await startPowerAgent(
    t,
    flags.filter((flag) => !flag.startsWith('--meter')),
    { PATH: root },
  );
  pass(1);
  const page = await agent.pageWhere((text) => vmSeconds(text, 525) === 2 && hostJoules(text) > 0);
  assert.match(page, /meter="dcmi"/);
  assert.match(page, /^onepower_zone_energy_joules_total\{zone="dcmi",counted="true"\} /m);
});

test('another process under the number of one that has ended is seen, where it is a VM', async (t) => {
  const { files, flags } = makeHost(t);
  const agent = await startPowerAgent(t, flags);
  await untilSeen(agent, 525);
  files.putProcess({ pid: 900, vm: 527, cpuSeconds: 0, startedAt: 777 });
  files.endProcess(5250);
  files.putProcess({ pid: 5250, vm: 528, cpuSeconds: 0, startedAt: 778 });
  await untilSeen(agent, 527);
  const page = await untilSeen(agent, 528);
  assert.match(page, /^onepower_vm_ended\{domain="one-525"/m);
});

test("the operator's word for a host without a meter is labelled as such", async (t) => {
  const { root, flags, pass } = makeHost(t);
  rmSync(path.join(root, 'sys/class'), { recursive: true });
  const agent = await startPowerAgent(t, [
    ...flags.filter((flag) => !flag.startsWith('--meter')),
    '--model.idle-watts=60',
    '--model.max-watts=140',
    '--meter=model',
  ]);
  pass(1);
  const page = await agent.pageWhere((text) => hostJoules(text) > 0);
  assert.match(page, /meter="model"/);
  assert.match(page, /^onepower_zone_energy_joules_total\{zone="model",counted="true"\} /m);
});

test('all that is wrong with the command line is told at once', async () => {
  const argv = ['word', '--meter=rappl', '--interval=1', '--model.idle-watts=-5', '--powr'];
  const { code, stderr } = await runProgram(program, { argv, env: {} });
  assert.equal(code, 2);
  for (const problem of ['--powr', '"word"', 'rappl', '--interval', '-5'])
    assert.ok(stderr.includes(problem), `${problem}: ${stderr}`);
});

test('a model is told whole or not at all', async () => {
  const { code, stderr } = await runProgram(program, { argv: ['--model.idle-watts=60'], env: {} });
  assert.equal(code, 2);
  assert.match(stderr, /--model\.idle-watts and --model\.max-watts go together/);
});

test('without /proc, or a place for its state, it says what to do', async (t) => {
  const { root, flags } = makeHost(t);
  const run = (more: string) =>
    runProgram(program, {
      argv: [
        ...flags.filter((flag) => !flag.startsWith(more.slice(0, 9))),
        more,
        '--web.listen-address=127.0.0.1:0',
      ],
      env: {},
    });
  const noProcfs = await run(`--path.procfs=${path.join(root, 'nothing')}`);
  assert.equal(noProcfs.code, 1);
  assert.match(noProcfs.stderr, /cannot read the CPU time of the host from .*nothing\/stat/);
  writeFileSync(path.join(root, 'file'), '');
  const noState = await run(`--path.run=${path.join(root, 'file')}`);
  assert.equal(noState.code, 1);
  assert.match(noState.stderr, /cannot keep the counters in .*--path\.run/s);
});

test('--help names every option', async () => {
  const { code, stdout } = await runProgram(program, { argv: ['--help'], env: {} });
  assert.equal(code, 0);
  for (const flag of ['--meter=', '--path.run=', '--guest-trees=', '--web.config.file='])
    assert.ok(stdout.includes(flag), flag);
});
