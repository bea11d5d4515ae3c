/** What the commands of `oneext` are, from the table itself. */
import type * as Commands from '../cli/commands.ts';
import { type DescribedCommand, describeCommands } from '../packaging/command-table.ts';
import { loadBundled } from './load-bundled.ts';

export const readCommands = (): Promise<readonly DescribedCommand[]> => {
  const { commands } = loadBundled("export * from './cli/commands.ts';") as typeof Commands;
  return describeCommands(commands);
};
