/** What install and uninstall have in common: where the front-end is, and which of its files are edited. */
import path from 'node:path';
import { biscuitDriver } from '../../auth-biscuit/oned-driver.ts';
import { agentJobs } from '../../collectors/agents/agents.ts';
import { powerOptions } from '../../collectors/agents/power-options.ts';
import { exporterOptions } from '../../collectors/exporter-options.ts';
import { schedulerOptions } from '../../collectors/scheduler-options.ts';
import type { EditedFile } from '../../front-end-installer/edited-file.ts';
import { installError } from '../../front-end-installer/errors.ts';
import { editOnedConf, type OnedConfWanted, revertOnedConf } from '../../front-end-installer/oned-conf.ts';
import type { Part } from '../../front-end-installer/parts.ts';
import type { FileRecord } from '../../front-end-installer/record.ts';
import { editSchedulerConf, revertSchedulerConf } from '../../front-end-installer/scheduler-conf.ts';
import {
  editTproxyConf,
  type GuestForward,
  revertTproxyConf,
} from '../../front-end-installer/tproxy-conf.ts';
import { geolocationOptions } from '../../geolocation/geolocation-options.ts';
import { flagsOnly, type OptionSpec, type OptionValues, switchOption } from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { followLinks } from '../../lib/io/held-folder.ts';
import { readHosts } from '../../lib/io/read-hosts.ts';
import { processIds } from '../../lib/io/this-process.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Places } from '../../lib/one/places.ts';
import { readOtherJobs } from '../../prometheus-patches/io/read-other-jobs.ts';
import { ruleFileOf } from '../../prometheus-patches/io/rule-file.ts';
import { patchConfig } from '../../prometheus-patches/patch-config.ts';
import { patchOptions, targetOptions } from '../../prometheus-patches/prometheus-options.ts';
import type { RuleFile } from '../../prometheus-patches/rule-file.ts';
import { unpatchConfig } from '../../prometheus-patches/unpatch-config.ts';
import { readScrapePlan } from '../prometheus/io/scraped-cloud.ts';

/** The options that an installation reads; those of Prometheus are those of `oneext prometheus patch`. */
export const installTable = {
  ...suiteOptions,
  ...targetOptions,
  ...patchOptions,
  'power.agent-url': powerOptions['power.agent-url'],
};
export type InstallOptions = OptionValues<typeof installTable>;

/** What other programs read, and an installation with them. */
export const followingTable = {
  ...geolocationOptions,
  'web.config.file': exporterOptions['web.config.file'],
  'energy.co2-hourly-file': exporterOptions['energy.co2-hourly-file'],
  'guest.listen-address': exporterOptions['guest.listen-address'],
  ...schedulerOptions,
};
export type FollowingOptions = OptionValues<typeof followingTable>;

/** '' is the machine itself. */
const rootFolder = (help: string): OptionSpec<string> => ({
  help,
  form: 'FOLDER',
  default: '',
  parse: (text) =>
    text === '' || text.startsWith('/')
      ? { value: text.replace(/\/+$/, '') }
      : { mustBe: 'an absolute path' },
});

/** Where, and how, both directions work. */
export const runOptions = (plan: string, root: string) => ({
  plan: switchOption(plan),
  restart: switchOption('restart the services that need it; without this option, they are named'),
  ...flagsOnly({ root: rootFolder(root) }),
});

/** Fails with INSTALL_NOT_ROOT; who owns a self-contained OpenNebula, or makes an image, needs no root. */
export const requireRoot = ({ oneLocation }: Places, root: string): void => {
  const { uid } = processIds();
  if (uid !== 0 && oneLocation === '' && root === '') throw installError('INSTALL_NOT_ROOT', { uid });
};

const localAction = { drivers: ['kvm', 'qemu'], action: 'migrate', script: 'migrate_tunnel' };
const everything: OnedConfWanted = { authDriver: biscuitDriver, localAction };

/** A link leads to the file that is edited; in an image it would lead out of it. */
const editedPath = (file: string, root: string): Promise<string> =>
  root === '' ? followLinks(file) : Promise.resolve(file);

export interface EditChoice {
  readonly places: Places;
  readonly root: string;
  readonly parts: readonly Part[];
  readonly migrateThroughTunnel: boolean;
  readonly ranksByPower: boolean;
  /** `undefined`: hypervisors are left alone. */
  readonly guestForward: GuestForward | undefined;
}

const onedConf = async ({
  places,
  root,
  parts,
  migrateThroughTunnel,
}: Omit<EditChoice, 'ranksByPower' | 'guestForward'>): Promise<EditedFile> => {
  const wanted: OnedConfWanted = {
    ...(parts.includes('auth') ? { authDriver: biscuitDriver } : {}),
    ...(parts.includes('live-migrate') && migrateThroughTunnel ? { localAction } : {}),
  };
  return {
    path: await editedPath(`${places.etc}/oned.conf`, root),
    kind: 'oned.conf',
    encoding: 'latin1',
    edit: (text) => editOnedConf(text, wanted),
    revert: (text) => revertOnedConf(text, everything),
  };
};

/** Of the rank scheduler: that of 7.x, and that of 6.10. */
export const schedulerConfs = ({ etc }: Places): readonly string[] => [
  `${etc}/schedulers/rank.conf`,
  `${etc}/sched.conf`,
];

const schedulerConf = (path: string): EditedFile => ({
  path,
  kind: 'scheduler',
  encoding: 'latin1',
  edit: editSchedulerConf,
  revert: revertSchedulerConf,
});

/** How hypervisors proxy what guests ask. */
export const tproxyConf = ({ remotes }: Places): string => `${remotes}/etc/vnm/OpenNebulaNetwork.conf`;

const tproxy = (path: string, forward?: GuestForward): EditedFile => ({
  path,
  kind: 'tproxy',
  encoding: 'latin1',
  edit: (text) =>
    forward === undefined ? { kind: 'edited', text, changes: [] } : editTproxyConf(text, forward),
  revert: revertTproxyConf,
});

/** Our rules stand where the installer puts them; a configuration elsewhere does not name them. */
const rulesOf = (file: string, options: InstallOptions, { etc }: Places): RuleFile | undefined => {
  const rules = ruleFileOf(file, options['prometheus.rules-file']);
  const installed = `${etc}/prometheus/opennebula-extensions.yml`;
  return path.resolve(rules.folder, rules.entry) === installed ? rules : undefined;
};

const prometheusYml = async (
  client: XmlRpcClient,
  options: InstallOptions,
  file: string,
  places: Places,
): Promise<EditedFile> => {
  const plan = {
    ...(await readScrapePlan(client, await readHosts(client), options)),
    rules: rulesOf(file, options, places),
    otherJobs: await readOtherJobs(file),
  };
  return {
    path: file,
    kind: 'prometheus.yml',
    encoding: 'utf8',
    check: [options['prometheus.promtool'], 'check', 'config'],
    edit: (text) => patchConfig(text, plan),
    revert: (text) => unpatchConfig(text, ruleFileOf(file, options['prometheus.rules-file']), agentJobs),
  };
};

/** The files of others that this run edits. Of Prometheus, none without OpenNebula: it says what to scrape. */
export const editsForInstall = async (
  choice: EditChoice & { readonly hasPrometheus: boolean },
  options: InstallOptions,
  client: XmlRpcClient | undefined,
): Promise<readonly EditedFile[]> => {
  const { parts, root, hasPrometheus, places } = choice;
  const schedulers = choice.ranksByPower ? schedulerConfs(places) : [];
  const edits = [
    await onedConf(choice),
    ...(await Promise.all(schedulers.map(async (one) => schedulerConf(await editedPath(one, root))))),
    ...(choice.guestForward === undefined
      ? []
      : [tproxy(await editedPath(tproxyConf(places), root), choice.guestForward)]),
  ];
  if (client === undefined || !hasPrometheus || !parts.includes('prometheus')) return edits;
  const file = await editedPath(options['prometheus.config'], root);
  return [...edits, await prometheusYml(client, options, file, places)];
};

const withoutPrometheus = (file: string, options: InstallOptions): EditedFile => ({
  path: file,
  kind: 'prometheus.yml',
  encoding: 'utf8',
  edit: (text) => ({ kind: 'edited', text, changes: [] }),
  revert: (text) => unpatchConfig(text, ruleFileOf(file, options['prometheus.rules-file']), agentJobs),
});

/** On the way back: the files that were edited, whatever options and links name today. */
export const editsForUninstall = async (
  places: Places,
  root: string,
  options: InstallOptions,
  files: readonly FileRecord[],
): Promise<readonly EditedFile[]> => {
  const oned = await onedConf({ places, root, parts: [], migrateThroughTunnel: false });
  return files.flatMap(({ path: file, edit }): readonly EditedFile[] => {
    if (edit === undefined) return [];
    if (edit === 'scheduler') return [schedulerConf(file)];
    if (edit === 'tproxy') return [tproxy(file)];
    return [edit === 'oned.conf' ? { ...oned, path: file } : withoutPrometheus(file, options)];
  });
};

export const recordFolder = ({ state }: Places): string => path.join(state, 'front-end');
