/** The Node that packages bring: its version is pinned in packaging/private-node, with the digest of each file. */
import path from 'node:path';
import type { Architecture } from '../architectures.ts';
import { runTool } from './tools.ts';

export interface PrivateNode {
  readonly binary: string;
  readonly license: string;
}

/** Where npm has put one for each kind of machine. */
export const nodesFolder = 'packaging/private-node/node_modules';

/** Without what only debuggers read: a seventh less. */
export const stripNode = async (
  { name, node }: Architecture,
  { nodes, scratch, time }: { readonly nodes: string; readonly scratch: string; readonly time: number },
): Promise<PrivateNode> => {
  const folder = path.join(nodes, `node-linux-${node}`);
  const stripped = path.join(scratch, `node-${name}`);
  await runTool('llvm-strip', ['-o', stripped, path.join(folder, 'bin/node')], { time });
  return { binary: stripped, license: path.join(folder, 'LICENSE') };
};
