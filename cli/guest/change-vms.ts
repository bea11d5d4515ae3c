/** What `share` and `unshare` have in common: one VM after another, and each problem told. */

import { isSameRaw, type Raw } from '../../guest/shared-folder.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Terminal } from '../command.ts';
import { cliError } from '../errors.ts';
import { type NamedVm, readSharingVm, writeRaw } from './io/sharing-vms.ts';

export type VmChange =
  | { readonly raw: Raw | undefined; readonly done: string; readonly already: string }
  | { readonly problem: string };

/** Fails with GUEST_SHARE where a VM could not be changed, and with WOULD_CHANGE where only that is asked. */
export const changeVms = async (
  {
    client,
    terminal,
    check,
  }: { readonly client: XmlRpcClient; readonly terminal: Terminal; readonly check: boolean },
  ids: readonly number[],
  plan: (vm: NamedVm) => VmChange,
): Promise<void> => {
  const problems: string[] = [];
  const would: number[] = [];
  for (const id of ids) {
    try {
      const vm = await readSharingVm(client, id);
      const change = plan(vm);
      if ('problem' in change) problems.push(`VM ${id}: ${change.problem}`);
      else if (change.raw === undefined || isSameRaw(change.raw, vm.raws[0]))
        terminal.writeResult(`VM ${id}: ${change.already}; nothing is changed\n`);
      else if (check) would.push(id);
      else {
        await writeRaw(client, id, change.raw);
        terminal.writeResult(`VM ${id}: ${change.done}\n`);
      }
    } catch (thrown) {
      problems.push(`VM ${id}: ${reasonOf(thrown)}`);
    }
  }
  if (problems.length > 0)
    throw cliError('GUEST_SHARE', { count: problems.length, problems: problems.join('; ') });
  if (would.length > 0) throw cliError('WOULD_CHANGE', { what: `RAW of VMs ${would.join(', ')}` });
};
