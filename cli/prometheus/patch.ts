/** `oneext prometheus patch`: prometheus.yml in line with the cloud. */
import { powerOptions } from '../../collectors/agents/power-options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { readHosts } from '../../lib/io/read-hosts.ts';
import { prepareTargetFolder } from '../../prometheus-patches/io/target-files.ts';
import { patchOptions, targetOptions } from '../../prometheus-patches/prometheus-options.ts';
import { defineVerb } from '../command.ts';
import { applyChange, changeOptions } from './change-config.ts';
import { readPatch } from './io/read-patch.ts';

const patchTable = {
  ...suiteOptions,
  'prometheus.targets-folder': targetOptions['prometheus.targets-folder'],
  ...patchOptions,
  'power.agent-url': powerOptions['power.agent-url'],
};

export const patch = defineVerb({
  name: 'patch',
  summary: "bring Prometheus' configuration in line with the cloud, and tell Prometheus to read it again",
  operands: '',
  details: `Sets the alertmanagers and the targets of opennebula_exporter, node_exporter, libvirt_exporter, the optional
exporters that answer, sr_exporter (VMs, by files) and a job for each kind of power agent. If our rules are installed,
it also names them in rule_files. Every other byte stays. promtool checks the result before it replaces the old file; the last
five old files are kept beside it.`,
  options: { ...changeOptions, ...patchTable },
  run: async ({ options }, terminal) => {
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const { file, patched } = await readPatch(client, await readHosts(client), options);
    await applyChange(file, patched, options, terminal, () =>
      prepareTargetFolder(options['prometheus.targets-folder']),
    );
  },
});
