/** An agent of another name is one file in lib/agents, and nothing else. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readAgentArchive, readArchive, readKeplerBinary } from '../../host-installer/io/read-archive.ts';
import { repositoryPath } from '../support/expected.ts';
import { differenceOf, makeHost } from '../support/made-host.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** host.sh with a second agent, which is Scaphandre under another name. */
const withSecondAgent = (t: TestContext): string => {
  const folder = path.join(temporaryFolder(t), 'host-installer');
  cpSync(repositoryPath('host-installer'), folder, { recursive: true });
  const first = readFileSync(path.join(folder, 'lib/agents/scaphandre.sh'), 'utf8');
  const second = first
    .replace('agent_title=Scaphandre', 'agent_title=Second')
    .replace('agent_job=scaphandre', 'agent_job=second')
    .replace(/agent_image=.*/, 'agent_image=registry.example.org/second:7')
    .replace('agent_port=8080', 'agent_port=9102');
  writeFileSync(path.join(folder, 'lib/agents/second.sh'), second);
  return folder;
};

const agents = {
  'registry.example.org/second:7': 'measures',
  'docker.io/hubblo/scaphandre:1.0.2': 'measures',
} as const;

test('--agent takes an agent that is one file more: its image, port, container, job and title', async (t) => {
  const folder = withSecondAgent(t);
  const host = makeHost({ agents }, path.join(folder, 'host.sh'));
  t.after(host.remove);
  assert.match(
    (await host.run(['--help'])).stdout,
    /--agent NAME +which power agent: kepler, onepower, scaphandre, second \(scaphandre\)/,
  );
  const installed = await host.run(['--agent', 'second']);
  assert.equal(installed.exit, 0, installed.stderr);
  assert.match(installed.stdout, /^- job_name: 'second'\n(?:.*\n){1}.*'kvm-host:9102'/m);
  assert.match(
    installed.actions,
    /^docker pull registry\.example\.org\/second:7\ndocker run --detach --name second /m,
  );
  // It is remembered: no later run has to name it.
  const status = await host.run(['status']);
  assert.match(status.stdout, /^measures: 83\.2 W \(Second 1\.02\)$/m);
  const again = await host.run([]);
  assert.match(again.stderr, /nothing had to be changed/);
  const uninstalled = await host.run(['uninstall']);
  assert.match(uninstalled.stderr, /removing the container second of docker/);
});

test('--agent puts another agent in the place of the one that is there, once it measures, and back', async (t) => {
  const folder = withSecondAgent(t);
  const host = makeHost({ agents }, path.join(folder, 'host.sh'));
  t.after(host.remove);
  assert.equal((await host.run(['--port', '9000'])).exit, 0);
  const other = await host.run(['--agent', 'second']);
  assert.equal(other.exit, 0, other.stderr);
  assert.match(
    other.stderr,
    /^replace Scaphandre, which runs with docker, by Second, which runs with docker, on 192\.0\.2\.7 port 9000,/m,
  );
  const order =
    /docker run --detach --name second-candidate .*\n(?:.*\n)*docker stop scaphandre-previous\ndocker run --detach --name second .*\ndocker container rm --force scaphandre-previous\n/;
  assert.match(other.actions, order);
  const back = await host.run(['--agent', 'scaphandre']);
  assert.equal(back.exit, 0, back.stderr);
  assert.match(back.actions, /docker container rm --force second-previous\n/);
  assert.match((await host.run(['status'])).stdout, /\(Scaphandre 1\.02\)/);
});

test('an agent that does not measure does not take the place of the one that does', async (t) => {
  const folder = withSecondAgent(t);
  const host = makeHost(
    { agents: { ...agents, 'registry.example.org/second:7': 'no-power' } },
    path.join(folder, 'host.sh'),
  );
  t.after(host.remove);
  assert.equal((await host.run([])).exit, 0);
  const before = host.snapshot();
  assert.equal((await host.run(['--agent', 'second'])).exit, 1);
  assert.equal(differenceOf(host.snapshot(), before), '');
});

test('the build of Scaphandre that can give one VM the power of the host is told of, and what to take instead', async (t) => {
  const host = makeHost({ agents: { 'docker.io/hubblo/scaphandre:1.0.2': 'inflates' } });
  t.after(host.remove);
  const installed = await host.run([]);
  assert.equal(installed.exit, 0);
  assert.match(installed.stderr, /^warning: this build of Scaphandre .* host\.sh install --runtime podman$/m);
  const status = await host.run(['status']);
  assert.equal(status.exit, 1);
  assert.match(status.stdout, /^measures: 83\.2 W .*\nproblem: this build of Scaphandre/m);
});

test('an agent that a newer version installed is left alone by one that does not know it', async (t) => {
  const folder = withSecondAgent(t);
  const host = makeHost({ agents }, path.join(folder, 'host.sh'));
  t.after(host.remove);
  assert.equal((await host.run(['--agent', 'second'])).exit, 0);
  rmSync(path.join(folder, 'lib/agents/second.sh'));
  const later = await host.run(['uninstall']);
  assert.equal(later.exit, 78);
  assert.match(later.stderr, /names the agent second, which this version of host\.sh does not know/);
});

test('what oneext sends to a hypervisor has the agents, and their units', async () => {
  const archive = (await readArchive(repositoryPath('dist'))).toString('latin1');
  for (const file of ['lib/agents/scaphandre.sh', 'lib/agent.service'])
    assert.ok(archive.includes(`${file}\0`));
});

test('what oneext brings of its own agent is what the program needs, for machines of this kind; without it, an error says where it should be', async (t) => {
  const suite = temporaryFolder(t);
  const files = [
    'LICENSE',
    'THIRD-PARTY-LICENSES',
    'node/bin/node',
    'opennebula-power-agent',
    'package.json',
  ];
  await assert.rejects(readAgentArchive(suite), { code: 'HOSTS_INSTALLER_MISSING' });
  mkdirSync(path.join(suite, 'node/bin'), { recursive: true });
  for (const file of files) writeFileSync(path.join(suite, file), file, { mode: 0o755 });
  const { option, content, sha256 } = await readAgentArchive(suite);
  const archive = gunzipSync(content).toString('latin1');
  for (const file of files) assert.ok(archive.includes(`${file}\0`), file);
  assert.equal(option, '--onepower-archive');
  assert.equal(sha256, createHash('sha256').update(content).digest('hex'));
});

test('the program of Kepler goes to hosts as it is; one that cannot be read is told of', async (t) => {
  const file = path.join(temporaryFolder(t), 'kepler');
  await assert.rejects(readKeplerBinary(file), { code: 'HOSTS_PROGRAM_UNREADABLE', exitCode: 2 });
  writeFileSync(file, 'a program');
  const { option, content, machine } = await readKeplerBinary(file);
  assert.deepEqual([option, content.toString(), machine], ['--kepler-binary', 'a program', 'any']);
});
