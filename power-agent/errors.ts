/** Failures of the power agent. */
import { defineErrors } from '../lib/errors/oneext-error.ts';

export const agentError = defineErrors({
  AGENT_PROCFS: {
    exitCode: 1,
    message: 'cannot read the CPU time of the host from {path}: {detail}',
    hint: 'name the folder where the proc file system of the host is mounted with --path.procfs',
  },
  AGENT_STATE: {
    exitCode: 1,
    message: 'cannot keep the counters in {path}: {detail}',
    hint: 'name a folder that the user of the agent may write to with --path.run',
  },
});
