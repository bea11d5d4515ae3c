/** `oneext grafana`: our dashboards for Grafana. */
import path from 'node:path';
import { packageFolder } from '../../lib/io/this-process.ts';
import { provisionGrafana } from '../../prometheus-patches/io/provision-grafana.ts';
import { checkOption, defineVerb, usageError, type VerbGroup } from '../command.ts';
import { cliError } from '../errors.ts';

const provision = defineVerb({
  name: 'provision',
  summary: 'put the dashboards into the provisioning folder of Grafana, or bring them up to date',
  operands: 'DIRECTORY',
  details: `DIRECTORY is the provisioning folder: /etc/grafana/provisioning with the packages of Grafana. The dashboards are
written to dashboards/opennebula-extensions in it, and dashboards/opennebula-extensions.yaml tells Grafana to read them.
They work with every data source of the type Prometheus. Grafana sees new dashboards within a minute; after the first
time, restart it. A folder in it or above it is refused, as Grafana would read nothing there. A file that somebody else has written or changed stays as it is, and is named.`,
  options: { check: checkOption },
  run: async ({ options, operands: [folder = ''] }, terminal) => {
    if (folder === '') throw usageError('DIRECTORY must not be empty');
    const shipped = path.join(packageFolder(), 'prometheus/dashboards');
    const { written, removed, kept } = await provisionGrafana(folder, shipped, options.check);
    const would = options.check ? 'would be ' : '';
    for (const file of written) terminal.writeResult(`${file}: ${would}written\n`);
    for (const file of removed) terminal.writeResult(`${file}: ${would}removed\n`);
    for (const file of kept)
      terminal.writeNote(`${file}: kept, as somebody else wrote or changed it; move it away to get ours\n`);
    if (written.length + removed.length === 0) terminal.writeResult(`${folder}: nothing to change\n`);
    else if (options.check) throw cliError('WOULD_CHANGE', { what: folder });
  },
});

export const grafana: VerbGroup = {
  about: 'Dashboards for Grafana.',
  verbs: [provision],
};
