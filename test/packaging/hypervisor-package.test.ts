/** Where the files of hypervisors go. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { debianLayout, planTree, rpmLayout, systemFiles } from '../../packaging/front-end-package.ts';
import { hypervisorPrograms, planHypervisorTree } from '../../packaging/hypervisor-package.ts';
import { formatSpecFiles } from '../../packaging/tree.ts';

const built = (path: string, isExecutable = false) => ({ path, isExecutable, size: 10, sha256: path });
const input = {
  built: [
    built('LICENSE'),
    built('auth/biscuit/authenticate', true),
    built('host-installer/host.sh', true),
    built('host-installer/lib/agents/scaphandre.sh'),
    built('host-installer/remote.sh'),
    built('oneext', true),
    built('opennebula-power-agent', true),
    built('package.json'),
    built('sudoers.d/opennebula-extensions'),
  ],
  documents: ['power-agent/README.md'],
  manual: 'page',
  completions: { bash: 'b', zsh: 'z', fish: 'f' },
  copyrightFor: (programs: string) => programs,
  node: { binary: 'scratch/node', license: 'node/LICENSE' },
};
const files = planHypervisorTree(input);

test('the agent, its Node and the installer of agents, as they stand to each other in dist/', () => {
  assert.deepEqual(
    files.map(({ path, mode }) => `${path} ${mode.toString(8)}`),
    [
      `${hypervisorPrograms}/LICENSE 644`,
      `${hypervisorPrograms}/host-installer/host.sh 755`,
      `${hypervisorPrograms}/host-installer/lib/agents/scaphandre.sh 644`,
      `${hypervisorPrograms}/opennebula-power-agent 755`,
      `${hypervisorPrograms}/package.json 644`,
      `${hypervisorPrograms}/node/bin/node 755`,
      `${hypervisorPrograms}/node/LICENSE 644`,
      'usr/share/doc/opennebula-extensions-node/power-agent/README.md 644',
      'usr/share/doc/opennebula-extensions-node/copyright 644',
      'etc/sudoers.d/opennebula-extensions 440',
    ],
  );
});

test('a machine that is front-end and hypervisor can have both packages', () => {
  const own = new Set(files.map(({ path }) => path));
  for (const layout of [debianLayout, rpmLayout])
    for (const { path } of [...planTree(layout, input), ...systemFiles]) assert.ok(!own.has(path), path);
});

test('an administrator may change the sudo rules', () => {
  const lines = formatSpecFiles(files, [hypervisorPrograms]).split('\n');
  assert.ok(lines.includes('%config(noreplace) "/etc/sudoers.d/opennebula-extensions"'));
  assert.ok(!lines.includes('%dir "/etc/sudoers.d"'));
});
