/** `oneext guest unshare`: RAW of a VM as it was before `oneext guest share`. */
import { planUnshare } from '../../guest/shared-folder.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { checkOption, defineVerb } from '../command.ts';
import { changeVms } from './change-vms.ts';
import { parseVmIds } from './io/sharing-vms.ts';

export const unshare = defineVerb({
  name: 'unshare',
  summary: 'take the folder that oneext guest share has given to VMs away again',
  operands: 'VM [VM...]',
  details: `Takes out of RAW what oneext guest share has put there (onevm updateconf); all else stays. VM is an id; the VM must be in
HOLD, PENDING, POWEROFF or UNDEPLOYED, and is without the share from its next start on.`,
  options: { check: checkOption, ...suiteOptions },
  run: async ({ operands, options }, terminal) => {
    const ids = parseVmIds(operands);
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    await changeVms({ client, terminal, check: options.check }, ids, (vm) => {
      const plan = planUnshare(vm);
      if ('problem' in plan) return plan;
      return {
        raw: plan.raw,
        done: 'has no share any more, from its next start on',
        already: 'has no share of oneext',
      };
    });
  },
});
