/** The Node that packages bring: its version is pinned in packaging/private-node, with the digest of each file. */
import path from 'node:path';
import type { Architecture } from '../architectures.ts';
import { runTool } from './tools.ts';

export interface PrivateNode {
  readonly binary: string;
  readonly license: string;
}

export const installedNode = ({ node }: Architecture): PrivateNode => {
  const folder = `packaging/private-node/node_modules/node-linux-${node}`;
  return { binary: `${folder}/bin/node`, license: `${folder}/LICENSE` };
};

/** Without what only debuggers read: a seventh less. */
export const stripNode = (architecture: Architecture, folder: string, time: number): PrivateNode => {
  const { binary, license } = installedNode(architecture);
  const stripped = path.join(folder, `node-${architecture.name}`);
  runTool('llvm-strip', ['-o', stripped, binary], { time });
  return { binary: stripped, license };
};
