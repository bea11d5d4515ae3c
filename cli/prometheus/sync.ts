/** `oneext prometheus sync`: the target files of all VMs in line with the cloud. */
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { targetOptions } from '../../prometheus-patches/prometheus-options.ts';
import { checkOption, defineVerb } from '../command.ts';
import { cliError } from '../errors.ts';
import { syncAllTargets } from './io/scraped-cloud.ts';

const syncTable = { ...suiteOptions, ...targetOptions };
export const sync = defineVerb({
  name: 'sync',
  summary: "bring all VMs' target files in line with the cloud at once",
  operands: '',
  details:
    'Run it after a restore, after a fail-over, or if the hook manager was down. Hooks may run at the same time.',
  options: { check: checkOption, ...syncTable },
  run: async ({ options }, terminal) => {
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const isCheck = options.check;
    const result = await syncAllTargets(client, options, terminal.now(), isCheck ? 'compare' : 'change');
    const { written, removed, targets, problems } = result;
    for (const problem of problems) terminal.writeNote(`${problem.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    const folder = options['prometheus.targets-folder'];
    const would = isCheck ? ' would be' : '';
    terminal.writeResult(
      `${folder}: ${written.length} files${would} written, ${removed.length}${would} removed; ${targets} VMs have targets\n`,
    );
    if (isCheck && written.length + removed.length > 0) throw cliError('WOULD_CHANGE', { what: folder });
  },
});
