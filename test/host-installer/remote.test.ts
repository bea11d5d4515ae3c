/** remote.sh, which oneext runs on hosts, with the real host.sh on a host made of files. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { formatTar } from '../../host-installer/tar.ts';
import { collectOutput } from '../support/child-output.ts';
import { repositoryPath } from '../support/expected.ts';
import { differenceOf, type MadeHost, makeHost } from '../support/made-host.ts';

/** Its host.sh has started the agent, and waits for its page for ever. */
const makeWaitingHost = (t: TestContext): { readonly host: MadeHost; isWaiting(): boolean } => {
  const host = makeHost();
  t.after(host.remove);
  const waiting = path.join(host.root, '../waiting');
  const curl = path.join(host.root, 'usr/sbin/curl');
  rmSync(curl); // a link to the stand-in
  writeFileSync(curl, `#!/bin/bash\n: >'${waiting}'\nexec /bin/sleep 60\n`, { mode: 0o755 });
  return { host, isWaiting: () => existsSync(waiting) };
};

const startRemote = ({ environment }: MadeHost, ...argv: readonly string[]): ChildProcessWithoutNullStreams =>
  // In a session of its own, as under sshd.
  spawn('bash', [repositoryPath('host-installer/remote.sh'), ...argv], {
    env: { ...environment },
    detached: true,
  });

const endOf = (child: ChildProcessWithoutNullStreams): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('it tells how far it has come, and what the agent is', async (t) => {
  const host = makeHost();
  t.after(host.remove);
  const child = startRemote(host, 'no', 'install', '--port', '9000');
  const output = collectOutput(child);
  assert.equal(await endOf(child), 0, output.stderr);
  assert.match(output.stdout, /^oneext-hosts: began\n- job_name/);
  assert.match(output.stdout, /\noneext-hosts: host\.sh ended with 0\nagent: with docker, runs\n/);
  assert.match(output.stdout, /\nmeasures: 83\.2 W \(Scaphandre 1\.02\)\n$/);
});

/** What oneext brings: the agent's archive. */
const archive = formatTar([
  { path: 'opennebula-power-agent', mode: 0o755, content: Buffer.from('#!/bin/sh\n') },
  { path: 'node/bin/node', mode: 0o755, content: randomBytes(200_000) },
]);
const sha256 = createHash('sha256').update(archive).digest('hex');
const bring = [
  '--agent',
  'onepower',
  '--onepower-archive',
  `brought:${archive.length}:${sha256}:any`,
] as const;

/** As the package opennebula-extensions-node has it. */
const putPackagedAgent = ({ root }: MadeHost): void => {
  const folder = path.join(root, 'usr/lib/opennebula-extensions-node');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'opennebula-power-agent'), '#!/bin/sh\n', { mode: 0o755 });
};

/** Plays the front-end: sends what is asked for, at most so many bytes of it. */
const serve = (child: ChildProcessWithoutNullStreams, mostBytes = archive.length): readonly number[] => {
  const asked: number[] = [];
  child.stdout.on('data', (text: Buffer) => {
    const [, offset] = /^oneext-hosts: wants (\d+)$/m.exec(text.toString()) ?? [];
    if (offset === undefined) return;
    asked.push(Number(offset));
    const rest = archive.subarray(Number(offset));
    child.stdin.write(rest.subarray(0, mostBytes));
    if (rest.length > mostBytes) child.stdin.end();
  });
  return asked;
};

test('the agent that oneext brings is sent once, from where it broke, and not again', async (t) => {
  const host = makeHost();
  t.after(host.remove);
  const run = async (mostBytes?: number) => {
    const child = startRemote(host, 'no', 'install', ...bring);
    const asked = serve(child, mostBytes);
    const output = collectOutput(child);
    return { code: await endOf(child), asked, ...output };
  };
  const broken = await run(150_000);
  assert.equal(broken.code, 78, broken.stderr);
  assert.match(broken.stderr, /^error: the connection ended after 150000 of \d+ bytes of the agent$/m);
  const resumed = await run();
  assert.deepEqual([resumed.code, resumed.asked], [0, [150_000]], resumed.stderr);
  assert.match(resumed.stderr, /^put the program \/usr\/local\/lib\/.*\/opennebula-power-agent here$/m);
  assert.match(resumed.stdout, /^measures: 83\.2 W \(onepower 0\.1\.0\)$/m);
  const again = await run();
  assert.deepEqual([again.code, again.asked], [0, []], again.stderr);
  assert.match(again.stderr, /^nothing had to be changed$/m);
  assert.deepEqual(
    Object.keys(host.snapshot()).filter((file) => file.includes('var/cache')),
    [],
  );
  const uninstalled = await host.run(['uninstall']);
  assert.equal(uninstalled.exit, 0, uninstalled.stderr);
  assert.deepEqual(
    Object.keys(host.snapshot()).filter((file) => file.includes('usr/local')),
    [],
  );
});

test('what arrives otherwise than it was sent is not taken; a plan brings nothing', async (t) => {
  const host = makeHost();
  t.after(host.remove);
  const planned = startRemote(host, 'no', 'plan', ...bring);
  const plan = collectOutput(planned);
  assert.equal(await endOf(planned), 10, plan.stderr);
  assert.match(plan.stdout, /^would put the program .*onepower-/m);
  const child = startRemote(host, 'no', 'install', ...bring);
  child.stdout.once('data', () => child.stdin.write(Buffer.alloc(archive.length)));
  const output = collectOutput(child);
  assert.equal(await endOf(child), 78, output.stderr);
  assert.match(output.stderr, /^error: the agent that oneext sent has not arrived as it was sent$/m);
});

test('an agent for another kind of machine is refused, and is not needed where the package is', async (t) => {
  const other = [...bring.slice(0, -1), `brought:${archive.length}:${sha256}:riscv32`];
  for (const [hasPackage, code, said] of [
    [false, 78, /^error: the front-end has the agent for riscv32, and this host is /m],
    [true, 0, /^(?!error)/],
  ] as const) {
    const host = makeHost();
    t.after(host.remove);
    if (hasPackage) putPackagedAgent(host);
    const child = startRemote(host, 'no', 'install', ...other);
    const asked = serve(child);
    const output = collectOutput(child);
    assert.equal(await endOf(child), code, output.stderr);
    assert.match(output.stderr, said);
    assert.deepEqual(asked, []);
  }
});

test('an agent that was brought makes way for that of the package, which gets upgrades', async (t) => {
  const host = makeHost();
  t.after(host.remove);
  const install = async (): Promise<string> => {
    const child = startRemote(host, 'no', 'install', ...bring);
    serve(child);
    const output = collectOutput(child);
    assert.equal(await endOf(child), 0, output.stderr);
    const unit = path.join(host.root, 'etc/systemd/system/opennebula-power-agent.service');
    return /^ExecStart=(\S+)/m.exec(readFileSync(unit, 'utf8'))?.[1] ?? '';
  };
  assert.match(await install(), /\/usr\/local\/lib\/.*\/opennebula-power-agent$/);
  putPackagedAgent(host);
  assert.match(await install(), /\/usr\/lib\/opennebula-extensions-node\/opennebula-power-agent$/);
});

test('exit codes are passed on', async (t) => {
  for (const [description, argv, code] of [
    [{ virtualization: 'kvm', powercap: 'none' }, [], 78],
    [{}, ['--port', 'x'], 2],
  ] as const) {
    const host = makeHost(description);
    t.after(host.remove);
    const child = startRemote(host, 'no', 'install', ...argv);
    const output = collectOutput(child);
    assert.equal(await endOf(child), code, output.stderr);
    assert.match(output.stdout, new RegExp(`oneext-hosts: host\\.sh ended with ${code}\n$`));
  }
});

test('the front-end ends it: what was done is undone', async (t) => {
  const { host, isWaiting } = makeWaitingHost(t);
  const before = host.snapshot();
  const child = startRemote(host, 'no', 'install');
  const output = collectOutput(child);
  await until(isWaiting);
  child.stdin.end();
  assert.equal(await endOf(child), 130, output.stderr);
  assert.match(output.stderr, /undoing what this run did/);
  assert.match(output.stdout, /host\.sh ended with 130\n$/);
  assert.equal(differenceOf(host.snapshot(), { ...before, waiting: '' }), '');
});

test('the connection breaks, and nobody reads what is said: what was done is undone all the same', async (t) => {
  const { host, isWaiting } = makeWaitingHost(t);
  const before = host.snapshot();
  const child = startRemote(host, 'no', 'install', '--allow', '192.0.2.0/24');
  await until(isWaiting);
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.destroy();
  await endOf(child);
  assert.equal(differenceOf(host.snapshot(), { ...before, waiting: '' }), '');
});
