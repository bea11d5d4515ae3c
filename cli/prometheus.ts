/** `oneext prometheus`: what Prometheus should scrape. */
import { agentUrlOption } from '../collectors/exporter-options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { OneExtError } from '../lib/errors/oneext-error.ts';
import { connectOne } from '../lib/io/connect-one.ts';
import { replaceConfigFile } from '../prometheus-patches/io/config-file.ts';
import { readExportingVms, readHosts } from '../prometheus-patches/io/read-cloud.ts';
import { readExportingVm } from '../prometheus-patches/io/read-exporting-vm.ts';
import { reloadPrometheus } from '../prometheus-patches/io/reload.ts';
import { syncTargets } from '../prometheus-patches/io/sync-targets.ts';
import { prepareTargetFolder } from '../prometheus-patches/io/target-folder.ts';
import { patchOptions, targetOptions } from '../prometheus-patches/prometheus-options.ts';
import type { Verb, VerbGroup } from './command.ts';
import { readConfigured, verbOptions } from './configured.ts';
import { readPatch } from './io/read-patch.ts';

const syncTable = { ...suiteOptions, ...targetOptions };
const patchTable = {
  ...suiteOptions,
  'prometheus.targets-folder': targetOptions['prometheus.targets-folder'],
  ...patchOptions,
  'power.agent-url': agentUrlOption,
};

const patch: Verb = {
  name: 'patch',
  summary: "bring Prometheus' configuration in line with the cloud, and tell Prometheus to read it again",
  operands: '',
  details: `Sets the alertmanagers and the targets of opennebula_exporter, node_exporter, libvirt_exporter, the optional
exporters that answer, sr_exporter (VMs, by files) and scaphandre (power agents). Every other byte stays. promtool
checks the result before it takes the old file's place; the last five old files are kept beside it.`,
  options: {
    check: { form: '', help: 'say what would change, and change nothing' },
    'no-reload': { form: '', help: 'do not tell Prometheus to read its configuration again' },
    ...verbOptions(patchTable),
  },
  run: async (given, terminal) => {
    const { options } = await readConfigured(patchTable, given, terminal);
    const path = options['prometheus.config'];
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const { file, patched } = await readPatch(client, await readHosts(client), options);
    if (patched.kind === 'refused') {
      throw new OneExtError('PROMETHEUS_CONFIG_UNEDITABLE', { path, detail: patched.detail });
    }
    if (patched.text === file.text) return terminal.writeResult(`${path}: nothing to change\n`);
    const changes = `${patched.changes.join('\n')}\n`;
    if (given.values['check'] === true) return terminal.writeResult(`${path} would change:\n${changes}`);
    await prepareTargetFolder(options['prometheus.targets-folder']);
    const replaceOptions = { promtool: options['prometheus.promtool'], now: terminal.now() };
    const backup = await replaceConfigFile(file, patched.text, replaceOptions);
    terminal.writeResult(`${path} changed:\n${changes}The old file is ${backup}\n`);
    if (given.values['no-reload'] === true) return;
    const unit = options['prometheus.unit'];
    const isReloaded = await reloadPrometheus(unit);
    terminal.writeResult(isReloaded ? `${unit} was told to read it\n` : `${unit} does not run\n`);
  },
};

const sync: Verb = {
  name: 'sync',
  summary: "bring all VMs' target files in line with the cloud at once",
  operands: '',
  details: 'For after a restore, or when the hook manager was down. Hooks may run meanwhile.',
  options: verbOptions(syncTable),
  run: async (given, terminal) => {
    const { options } = await readConfigured(syncTable, given, terminal);
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const align = {
      folder: options['prometheus.targets-folder'],
      preference: options['prometheus.address-preference'],
      readVm: (id: number) => readExportingVm(client, id),
    };
    const result = await syncTargets(await readExportingVms(client), align, terminal.now().getTime());
    const { written, removed, targets, problems } = result;
    for (const problem of problems) terminal.writeNote(`${problem.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    terminal.writeResult(
      `${align.folder}: ${written.length} files written, ${removed.length} removed; ${targets} VMs have targets\n`,
    );
  },
};

export const prometheus: VerbGroup = { about: 'What Prometheus should scrape.', verbs: [patch, sync] };
