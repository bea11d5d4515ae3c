/** Changes prometheus.yml and tells Prometheus, or says what would change: for the verbs patch and unpatch. */
import { type OptionValues, switchOption } from '../../lib/config/options.ts';
import type { EditResult } from '../../lib/text/text-edit.ts';
import { prometheusError } from '../../prometheus-patches/errors.ts';
import { type ConfigFile, replaceConfigFile } from '../../prometheus-patches/io/config-file.ts';
import { reloadPrometheus } from '../../prometheus-patches/io/reload.ts';
import type { configOptions } from '../../prometheus-patches/prometheus-options.ts';
import { checkOption, type Terminal } from '../command.ts';
import { cliError } from '../errors.ts';

export const changeOptions = {
  check: checkOption,
  'no-reload': switchOption('do not tell Prometheus to read its configuration again'),
};
type ChangeOptions = OptionValues<
  typeof changeOptions & Pick<typeof configOptions, 'prometheus.promtool' | 'prometheus.unit'>
>;

/** Puts the edited text in the old one's place and tells Prometheus, or says what would change. */
export const applyChange = async (
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
