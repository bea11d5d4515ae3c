/** vm_scrape_target: the entry. Keeps a VM's target file for Prometheus in line with the VM. */

import { surviveClosedStreams } from '../lib/io/standard-streams.ts';
import { readExportingVm } from '../prometheus-patches/io/read-exporting-vm.ts';
import { alignTargetFile } from '../prometheus-patches/io/target-files.ts';
import { targetOptions } from '../prometheus-patches/prometheus-options.ts';
import { runHook } from './io/run-hook.ts';

surviveClosedStreams();
process.exitCode = 1; // until it is known better
runHook(
  {
    name: 'vm_scrape_target',
    summary:
      'Keeps the target file of a VM with PROMETHEUS_EXPORTER in line with the VM, for file_sd of Prometheus.',
    resource: 'VM',
    options: targetOptions,
    run: async ({ id, client, options }) => {
      const { change, targets, problems } = await alignTargetFile(id, {
        folder: options['prometheus.targets-folder'],
        preference: options['prometheus.address-preference'],
        readVm: (vmId) => readExportingVm(client, vmId),
      });
      const shown = targets.length === 0 ? 'no target' : targets.join(' ');
      const what = change === 'none' ? 'target file in line already' : `target file ${change}`;
      return [`VM ${id}: ${what}: ${shown}`, ...problems.map((problem) => `VM ${id}: ${problem}`)];
    },
  },
  process,
).then((exitCode) => {
  process.exitCode = exitCode;
});
