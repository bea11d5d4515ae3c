/** `oneext prometheus`: what Prometheus should scrape. */

import { agentJobs } from '../../collectors/agents/agents.ts';
import { powerOptions } from '../../collectors/agents/power-options.ts';
import { type OptionValues, switchOption } from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { readHosts } from '../../lib/io/read-hosts.ts';
import type { EditResult } from '../../lib/text/text-edit.ts';
import { prometheusError } from '../../prometheus-patches/errors.ts';
import {
  type ConfigFile,
  readConfigFile,
  replaceConfigFile,
} from '../../prometheus-patches/io/config-file.ts';
import { reloadPrometheus } from '../../prometheus-patches/io/reload.ts';
import { ruleFileOf } from '../../prometheus-patches/io/rule-file.ts';
import { prepareTargetFolder } from '../../prometheus-patches/io/target-files.ts';
import { configOptions, patchOptions, targetOptions } from '../../prometheus-patches/prometheus-options.ts';
import { unpatchConfig } from '../../prometheus-patches/unpatch-config.ts';
import { checkOption, defineVerb, type Terminal, type VerbGroup } from '../command.ts';
import { cliError } from '../errors.ts';
import { readPatch } from './io/read-patch.ts';
import { syncAllTargets } from './io/scraped-cloud.ts';
import { scaleOut } from './scale-out.ts';

const syncTable = { ...suiteOptions, ...targetOptions };
const patchTable = {
  ...suiteOptions,
  'prometheus.targets-folder': targetOptions['prometheus.targets-folder'],
  ...patchOptions,
  'power.agent-url': powerOptions['power.agent-url'],
};

const unpatchTable = {
  'config.file': suiteOptions['config.file'],
  ...configOptions,
};

const changeOptions = {
  check: checkOption,
  'no-reload': switchOption('do not tell Prometheus to read its configuration again'),
};
type ChangeOptions = OptionValues<
  typeof changeOptions & Pick<typeof configOptions, 'prometheus.promtool' | 'prometheus.unit'>
>;

/** Puts the edited text in the old one's place and tells Prometheus, or says what would change. */
const applyChange = async (
  file: ConfigFile,
  edited: EditResult,
  options: ChangeOptions,
  terminal: Terminal,
  prepare: () => Promise<void> = async () => undefined,
): Promise<void> => {
  const { path } = file;
  if (edited.kind === 'refused') {
    throw prometheusError('PROMETHEUS_CONFIG_UNEDITABLE', { path, detail: edited.detail });
  }
  for (const line of edited.kept ?? []) terminal.writeResult(`${path}: ${line}\n`);
  if (edited.text === file.text) return terminal.writeResult(`${path}: nothing to change\n`);
  const changes = `${edited.changes.join('\n')}\n`;
  if (options.check) {
    terminal.writeResult(`${path} would change:\n${changes}`);
    throw cliError('WOULD_CHANGE', { what: path });
  }
  await prepare();
  const replaceOptions = { promtool: options['prometheus.promtool'], now: terminal.now() };
  const backup = await replaceConfigFile(file, edited.text, replaceOptions);
  terminal.writeResult(`${path} changed:\n${changes}The old file is ${backup}\n`);
  if (options['no-reload']) return;
  const unit = options['prometheus.unit'];
  const isReloaded = await reloadPrometheus(unit);
  terminal.writeResult(isReloaded ? `${unit} was told to read it\n` : `${unit} does not run\n`);
};

const patch = defineVerb({
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

const unpatch = defineVerb({
  name: 'unpatch',
  summary:
    "take out of Prometheus' configuration what only this suite needs, and tell Prometheus to read it again",
  operands: '',
  details: `Use it before you remove the suite. It removes the job sr_exporter and the jobs of power agents with everything in
them, and our rules from rule_files. Targets of other jobs stay. OpenNebula is not asked. The old file is kept, as with patch.`,
  options: { ...changeOptions, ...unpatchTable },
  run: async ({ options }, terminal) => {
    const path = options['prometheus.config'];
    const file = await readConfigFile(path);
    const rules = ruleFileOf(path, options['prometheus.rules-file']);
    const unpatched = unpatchConfig(file.text, rules, agentJobs);
    await applyChange(file, unpatched, options, terminal);
  },
});

const sync = defineVerb({
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

export const prometheus: VerbGroup = {
  about: 'What Prometheus should scrape.',
  verbs: [patch, scaleOut, sync, unpatch],
};
