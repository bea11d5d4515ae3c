/** A VM goes from one host to another: its guest's counter goes on, read by the same guest on either. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { madeUuid } from '../support/made-energy.ts';
import { madeHostFiles } from '../support/made-energy-files.ts';
import { type PowerAgentProcess, startPowerAgent } from '../support/power-agent.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A host of 16 CPUs that draws 100 W; VM 524, where it is there, keeps 4 of them busy. */
const makeHost = (t: TestContext, ...peers: readonly string[]) => {
  const root = temporaryFolder(t);
  const files = madeHostFiles(root);
  const trees = path.join(root, 'trees');
  const counterFile = path.join(trees, 'one-524/class/powercap/intel-rapl:0/energy_uj');
  let passed = 0;
  let vmSince: number | undefined;
  const pass = (seconds: number): void => {
    passed += seconds;
    if (vmSince !== undefined) files.putProcess({ pid: 5240, vm: 524, cpuSeconds: 4 * (passed - vmSince) });
    files.putCpu(8 * passed, 8 * passed);
    files.putEnergy(1000 + 100 * passed);
  };
  files.putBootId('first');
  pass(10);
  mkdirSync(path.join(files.procfs, 'net'), { recursive: true });
  mkdirSync(trees);
  const connections = [...peers, '0A00000A'].map(
    (peer, at) => `   ${at + 1}: 0200007F:0016 ${peer}:C001 01 0\n`,
  );
  const sockets = `   0: 00000000:0016 00000000:0000 0A 0\n${connections.join('')}`;
  writeFileSync(path.join(files.procfs, 'net/tcp'), sockets);
  return {
    trees,
    pass,
    counter: (): number => Number(readFileSync(counterFile, 'utf8')),
    startVm: (): void => {
      vmSince = passed;
      pass(0);
    },
    endVm: (): void => {
      vmSince = undefined;
      files.endProcess(5240);
    },
    start: (address: string): Promise<PowerAgentProcess> =>
      startPowerAgent(t, [
        `--path.procfs=${files.procfs}`,
        `--path.sysfs=${files.sysfs}`,
        `--path.run=${path.join(root, 'run')}`,
        `--web.listen-address=${address}`,
        `--guest-trees=${trees}`,
        '--meter=rapl',
        '--interval=100ms',
      ]),
  };
};
type MadeHost = ReturnType<typeof makeHost>;

const runHook = async ({ trees }: MadeHost): Promise<void> => {
  const hook = spawn(
    repositoryPath('host-installer/libvirt/guest-tree.sh'),
    ['one-524', 'migrate', 'begin', '-'],
    { env: { PATH: '/usr/bin:/bin', GUEST_TREES: trees }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let output = '';
  hook.stdout.on('data', (piece) => {
    output += piece;
  });
  hook.stdin.end(`<domain type='kvm'>\n  <name>one-524</name>\n  <uuid>${madeUuid(524)}</uuid>\n</domain>\n`);
  const [code] = await once(hook, 'close');
  assert.deepEqual([code, output], [0, ''], 'the XML stays as it is');
};

test('the counter of a guest goes on where its VM migrates to, and never falls on the way', async (t) => {
  const source = makeHost(t);
  source.startVm();
  const left = await source.start('127.0.0.1:0');
  await left.pageWhere((page) => page.includes('one-524'));
  source.pass(2);
  await left.pageWhere(() => source.counter() === 50_000_001);

  const destination = makeHost(t, '0100007F');
  const entered = await destination.start(`127.0.0.2:${new URL(left.url).port}`);
  await runHook(destination);
  assert.equal(destination.counter(), 50_000_001, 'before the guest runs here');

  // It runs there while its memory comes here, where QEMU is at work as well.
  destination.startVm();
  source.pass(1);
  await left.pageWhere(() => {
    const shown = source.counter();
    assert.ok(destination.counter() >= shown, `${destination.counter()} is known, ${shown} was shown`);
    return shown === 75_000_001;
  });
  source.endVm();
  await entered.pageWhere(() => /has come along/.test(entered.log()));
  destination.pass(1);
  await entered.pageWhere(() => destination.counter() === 100_000_001);
  destination.pass(1);
  await entered.pageWhere(() => destination.counter() === 125_000_001);
});

test('of several hosts that know a guest, the one where its VM is tells its counter, or else the last one', async (t) => {
  // Each has had the VM, one after the other, and is connected to the next ones.
  const first = makeHost(t);
  const second = makeHost(t);
  const third = makeHost(t, '0100007F', '0200007F');
  const agents = [await first.start('127.0.0.1:0')];
  const { port } = new URL(agents[0]?.url ?? '');
  agents.push(await second.start(`127.0.0.2:${port}`), await third.start(`127.0.0.3:${port}`));
  const [ofFirst, ofSecond, ofThird] = agents;
  const answers = async (agent: PowerAgentProcess | undefined, wanted: string): Promise<void> => {
    const url = `${agent?.url}/guest-counter?domain=one-524&uuid=${madeUuid(524)}&asker=x`;
    while ((await (await fetch(url)).text()) !== wanted);
  };
  for (const [host, agent, seconds] of [
    [first, ofFirst, 1],
    [second, ofSecond, 2],
  ] as const) {
    host.startVm();
    await agent?.pageWhere((page) => page.includes('one-524'));
    host.pass(seconds);
  }
  await answers(ofFirst, '25000001 runs\n');
  first.endVm();
  await answers(ofFirst, '25000001 ended\n');
  await answers(ofSecond, '50000001 runs\n');
  await runHook(third);
  assert.equal(third.counter(), 50_000_001, 'of the host where it runs');
  second.pass(1);
  await ofThird?.pageWhere(() => third.counter() === 75_000_001);
  second.endVm();
  await ofThird?.pageWhere(() => /has come along/.test(ofThird.log()));

  const fourth = makeHost(t, '0100007F', '0200007F');
  await fourth.start(`127.0.0.4:${port}`);
  await runHook(fourth);
  assert.equal(fourth.counter(), 75_000_001, 'of the host that it left last');
});

test('a VM of which no host knows anything starts anew, and the hook does not keep it waiting for ever', async (t) => {
  const destination = makeHost(t);
  await runHook(destination); // without an agent
  const agent = await destination.start('127.0.0.1:0');
  await agent.pageWhere(() => !existsSync(path.join(destination.trees, '.arriving/one-524')));
  destination.startVm();
  await agent.pageWhere((page) => page.includes('one-524'));
  destination.pass(1);
  await agent.pageWhere(() => destination.counter() === 25_000_001);
});

test('an agent tells a counter to nobody who does not know the uuid of the VM', async (t) => {
  const host = makeHost(t);
  host.startVm();
  const agent = await host.start('127.0.0.1:0');
  await agent.pageWhere((page) => page.includes('one-524'));
  await agent.pageWhere(() => existsSync(path.join(host.trees, 'one-524')));
  const ask = async (query: string): Promise<string> =>
    (await fetch(`${agent.url}/guest-counter?${query}`)).text();
  assert.equal(await ask('domain=one-524&uuid=0&asker=x'), 'No such VM\n');
  assert.equal(await ask(`uuid=${madeUuid(524)}`), 'No such VM\n');
  assert.match(await ask(`domain=one-524&uuid=${madeUuid(524)}&asker=x`), /^\d+ runs\n$/);
});
