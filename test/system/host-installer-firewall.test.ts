/** The nftables table of --allow with a real kernel, nft and TCP: whoever flushes it, it comes back. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { repositoryPath } from '../support/expected.ts';
import { type Machine, startMachine } from '../support/namespaces.ts';

/**
 * A host with an agent's port, and the network outside of it: 198.51.100.1, which may reach the port, and 198.51.100.2,
 * which may not.
 */
const network = `set -euo pipefail
mount --make-rprivate /
mount -t tmpfs lab /run
mount -t proc proc /proc
ip link set lo up
unshare --net sleep infinity & outside=$!
until ! cmp -s <(readlink /proc/self/ns/net) <(readlink /proc/$outside/ns/net); do :; done
ip link add inside type veth peer name outside netns "$outside"
ip address add 198.51.100.7/24 dev inside
ip link set inside up
printf %s "$outside" >/run/outside
nsenter --net=/proc/$outside/ns/net sh -c 'ip address add 198.51.100.1/24 dev outside; ip address add 198.51.100.2/24 dev outside; ip link set outside up'
"$1" -e 'const { createServer } = require("net");
const page = (socket) => socket.on("error", () => undefined).end("page");
createServer(page).listen(8080, () => createServer(page).listen(9000, () => console.log("ready")))' &
read -r _ || true`;

/** What host.sh writes, by its own functions. */
const written = (script: string): string => {
  const sources = ['output.sh', 'agents.sh', 'container.sh', 'native.sh', 'firewall.sh', 'listen.sh'];
  const parts = sources.map((file) => `source lib/${file}`).join('; ');
  const argv = ['-c', `ROOT=; cd "$1"; here=$1; ${parts}; load_agent scaphandre; ${script}`, '-'];
  return execFileSync('bash', [...argv, repositoryPath('host-installer')], { encoding: 'utf8' });
};
const rules = written('wanted_allow=198.51.100.1,2001:db8::/32; guarded_ports=(8080 9000); firewall_text');
const firewallUnit = (runtime: string): string => written(`agent_runtime=${runtime}; firewall_unit_text`);
const nativeUnit = written('native_unit_text 198.51.100.7 8080');
const commandOf = (unit: string, when: string): string =>
  new RegExp(`^${when}=\\+(.*)$`, 'm').exec(unit)?.[1] ?? 'exit 70';

const startHost = async (t: TestContext): Promise<Machine> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'firewall-lab-'));
  const machine = await startMachine(t, ['bash', '-c', network, '-', process.execPath], () =>
    rmSync(folder, { recursive: true }),
  );
  await machine.run('bash', '-c', `cat >/run/power-agent.nft <<'RULES'\n${rules}RULES`);
  return machine;
};

/** Whether a TCP connection from outside comes about; a packet that is dropped is not answered at all. */
const reaches = async (machine: Machine, from: string, port: number): Promise<boolean> => {
  const connect = `require('net').connect({ host: '198.51.100.7', port: ${port}, localAddress: '${from}' })
    .on('data', () => process.exit(0)).on('error', () => process.exit(1)).setTimeout(1000, () => process.exit(2))`;
  const { code } = await machine.run(
    'bash',
    '-c',
    'exec nsenter --net=/proc/$(cat /run/outside)/ns/net "$@"',
    '-',
    process.execPath,
    '-e',
    connect,
  );
  return code === 0;
};

const table = async (machine: Machine): Promise<string> =>
  (await machine.run('nft', '--stateless', 'list', 'table', 'inet', 'opennebula_power_agent')).stdout;

/** Returns once the table is as wanted; the test's time limit ends what never comes to that. */
const until = async (machine: Machine, isWanted: (found: string) => boolean): Promise<void> => {
  while (!isWanted(await table(machine))) await wait(50);
};

/** What `oneext hosts status` finds on the front-end 198.51.100.1, which is outside. */
const seenFromFrontEnd = async (machine: Machine, listens: string, allowed: string): Promise<unknown> => {
  const script = `const [{ tryPort }, { judgePort, portOfAgent }] = await Promise.all(
    ['io/try-port.js', 'agent-port.js'].map((file) => import('${repositoryPath('build/host-installer')}/' + file)));
  const agent = { listens: '${listens}', allowed: '${allowed}' };
  const answer = await tryPort(portOfAgent(agent, 'kvm1'));
  console.log(JSON.stringify([answer.isOpen, judgePort(agent, answer)]))`;
  const inside = 'exec nsenter --net=/proc/$(cat /run/outside)/ns/net "$@"';
  const node = [process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr } = await machine.run('bash', '-c', inside, '-', ...node);
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
};

/** What flushes, deletes or opens the table on real hosts. */
const harms: Readonly<Record<string, string>> = {
  'nftables.service is reloaded': `printf 'flush ruleset\\ntable inet filter { chain input { type filter hook input priority filter; }; }\\n' | nft --file -`,
  'nftables.service is stopped': 'nft flush ruleset',
  'the table is deleted': 'nft delete table inet opennebula_power_agent',
  'the rules of the table are flushed': 'nft flush table inet opennebula_power_agent',
  'a rule that accepts all is put before ours': 'nft insert rule inet opennebula_power_agent input accept',
  'the rule that drops is deleted': `nft --handle list table inet opennebula_power_agent | sed -n 's/.*dport 8080.*handle \\([0-9]*\\)$/\\1/p' |
    xargs nft delete rule inet opennebula_power_agent input handle`,
};

test('A7: whatever flushes or changes the table, it is loaded again, and the port stays closed', async (t) => {
  const machine = await startHost(t);
  assert.equal(await reaches(machine, '198.51.100.2', 8080), true, 'without the table');
  const started = await machine.run(
    'bash',
    '-c',
    'bash "$1" "$(type -P nft)" /run/power-agent.nft </dev/null >/run/keeper.log 2>&1 & echo $! >/run/keeper',
    '-',
    repositoryPath('host-installer/lib/keep-firewall.sh'),
  );
  assert.equal(started.code, 0, started.stderr);
  await until(machine, (found) => found.includes('dport 9000'));
  const made = await table(machine);
  for (const port of [8080, 9000]) {
    assert.equal(await reaches(machine, '198.51.100.1', port), true, `allowed, ${port}`);
    assert.equal(await reaches(machine, '198.51.100.2', port), false, `not allowed, ${port}`);
  }
  for (const [harm, script] of Object.entries(harms)) {
    const done = await machine.run('bash', '-c', `set -e; ${script}`);
    assert.equal(done.code, 0, `${harm}: ${done.stderr}`);
    await until(machine, (found) => found === made);
    assert.equal(await reaches(machine, '198.51.100.2', 8080), false, harm);
  }
});

test('A7-the front-end tries the port: open, closed by --allow, open although it is not named, nothing there', async (t) => {
  const machine = await startHost(t);
  const agent = 'http://198.51.100.7:8080/metrics';
  assert.deepEqual(await seenFromFrontEnd(machine, agent, 'everyone that reaches it'), [true, '']);
  assert.deepEqual(await seenFromFrontEnd(machine, agent, '198.51.100.2'), [
    true,
    'the port is open to this front-end (198.51.100.1), although --allow 198.51.100.2 does not name it',
  ]);
  await machine.run(
    'bash',
    '-c',
    'sed "s/saddr 198.51.100.1 /saddr 198.51.100.2 /" /run/power-agent.nft | nft --file -',
  );
  assert.deepEqual(await seenFromFrontEnd(machine, agent, '198.51.100.2,2001:db8::/32'), [
    false,
    `this front-end (198.51.100.1) cannot reach ${agent} (no answer within 4 s): --allow 198.51.100.2,2001:db8::/32 does not name it`,
  ]);
  const nobody = 'http://198.51.100.7:8081/metrics';
  assert.deepEqual(await seenFromFrontEnd(machine, nobody, '198.51.100.0/24'), [
    false,
    `this front-end (198.51.100.1) cannot reach ${nobody} (connect ECONNREFUSED 198.51.100.7:8081): look for a firewall between the two`,
  ]);
});

test('A7-the table cannot be loaded: a container is stopped, and the native agent does not start', async (t) => {
  const machine = await startHost(t);
  const standIn = `printf '#!/bin/sh\\necho "\${0##*/} $*"\\n'`;
  await machine.run(
    'bash',
    '-c',
    `mkdir /run/bin; cd /run/bin; ${standIn} | tee docker podman systemctl; chmod 755 *`,
  );
  const run = (command: string) =>
    machine.run(
      'bash',
      '-c',
      `PATH=/run/bin:$PATH; ${command.replaceAll('/etc/opennebula-extensions', '/run')}`,
    );
  const closing = {
    docker: 'systemctl --quiet is-active docker.service\ndocker stop scaphandre\n',
    podman: 'podman stop scaphandre\n',
    native: 'systemctl try-restart --no-block opennebula-power-agent.service\n',
  };
  const starting = commandOf(nativeUnit, 'ExecStartPre');
  for (const [runtime, closed] of Object.entries(closing))
    assert.equal((await run(commandOf(firewallUnit(runtime), 'ExecStopPost'))).stdout, closed, runtime);
  assert.notEqual((await run(starting)).code, 0, 'no table');
  await machine.run('nft', '--file', '/run/power-agent.nft');
  for (const runtime of Object.keys(closing))
    assert.equal((await run(commandOf(firewallUnit(runtime), 'ExecStopPost'))).stdout, '', runtime);
  assert.deepEqual(await run(starting), { code: 0, stdout: '', stderr: '' });
  await machine.run('bash', '-c', 'nft flush ruleset; rm /run/power-agent.nft');
  assert.equal((await run(starting)).code, 0, 'without --allow no table is needed');
});

test('A7: systemd accepts the units, and the rules come after other firewalls and before the agent', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'firewall-units-'));
  try {
    // systemd-analyze looks for the program.
    const agent = nativeUnit.replace(/^ExecStart=\S+/m, 'ExecStart=/bin/sh');
    const units = [
      ['opennebula-power-agent.service', agent],
      ...['docker', 'podman', 'native'].map((runtime) => [`${runtime}.service`, firewallUnit(runtime)]),
    ];
    for (const [name = '', text = ''] of units) {
      const unit = path.join(folder, name);
      writeFileSync(unit, text);
      execFileSync('systemd-analyze', ['verify', '--man=no', unit], { stdio: ['ignore', 'pipe', 'pipe'] });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
