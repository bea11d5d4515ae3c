/** `oneext guest template`: documents that let a VM see its own power, ready to use. */
import path from 'node:path';
import { formatCloudConfig, formatUserDataAttribute } from '../../guest/templates/cloud-config.ts';
import { formatButane, formatIgnition, formatPointer, formatRaw } from '../../guest/templates/flatcar.ts';
import { type GuestChoice, type GuestSources, guestAgents, ways } from '../../guest/templates/guest-setup.ts';
import { formatKubernetes, kubernetesProblem } from '../../guest/templates/kubernetes.ts';
import { formatStartScript, formatStartScriptAttribute } from '../../guest/templates/start-script.ts';
import { choiceOption, flagsOnly, type OptionSpec, optional } from '../../lib/config/options.ts';
import { packageFolder } from '../../lib/io/this-process.ts';
import { defineVerb, usageError } from '../command.ts';
import { readGuestFiles } from './io/read-guest-files.ts';

/** One argument of a program may have 128 KiB; QEMU gets the Ignition as one. */
const longestRaw = 96 * 1024;

interface Form {
  readonly name: string;
  readonly format: (choice: GuestChoice, sources: GuestSources, ignitionUrl: string | undefined) => string;
  /** What is to be done with it. */
  readonly next: string;
}

/** Whoever reads a shared folder needs none. */
const besideToken = 'beside TOKEN="YES"';
const context = `in CONTEXT of the template of the VM, ${besideToken}`;

/** What each system takes; the first form is the usual one. */
const forms: Readonly<Record<string, readonly [Form, ...Form[]]>> = {
  'start-script': [
    { name: 'attribute', format: formatStartScriptAttribute, next: `Put this attribute ${context}.` },
    { name: 'script', format: formatStartScript, next: `Run this as root in the VM at each boot.` },
  ],
  'cloud-init': [
    {
      name: 'cloud-config',
      format: formatCloudConfig,
      next: `Give this to the VM as its user data: --as attribute prints it as it stands ${context}.`,
    },
    { name: 'attribute', format: formatUserDataAttribute, next: `Put these attributes ${context}.` },
  ],
  flatcar: [
    {
      name: 'butane',
      format: formatButane,
      next: 'Add your users and keys, and make Ignition of it with butane; --as raw prints the attribute that delivers it as it is.',
    },
    {
      name: 'ignition',
      format: (choice, sources) => `${formatIgnition(choice, sources)}\n`,
      next: 'Put this on a web server, and print the attribute that points to it: --as raw --ignition-url URL.',
    },
    {
      name: 'raw',
      format(choice, sources, url) {
        const raw = formatRaw(url === undefined ? formatIgnition(choice, sources) : formatPointer(url));
        if (raw.length > longestRaw)
          throw usageError(
            `the Ignition is too long for RAW; put it on a web server, and give --ignition-url`,
          );
        return raw;
      },
      next: 'Put this attribute into the template of the VM, as a user of the group oneadmin: others may not set RAW. Ignition runs at the first boot only.',
    },
  ],
  kubernetes: [
    {
      name: 'manifests',
      format: formatKubernetes,
      next: 'For nodes that are VMs: pipe this to kubectl apply -f -. docs/kubernetes.md has rules, a dashboard, and machines as nodes.',
    },
  ],
};
const systems = Object.keys(forms);

const urlOption = (help: string): OptionSpec<string> => ({
  help,
  form: 'URL',
  parse: (text) =>
    /^https?:\/\/[^\s'"$\\`]+$/.test(text) ? { value: text } : { mustBe: 'a URL of http or https' },
});

const options = flagsOnly({
  for: optional(choiceOption({ help: 'what the document is for; this one must be given' }, systems)),
  way: choiceOption(
    {
      help: 'how the VM gets its energy: from the exporter with its OneGate token, or from a folder that its hypervisor shares (oneext guest share)',
      default: 'pull',
    },
    ways,
  ),
  agent: choiceOption({ help: 'what reads the energy in the VM', default: 'scaphandre' }, guestAgents),
  url: optional(
    urlOption('where the exporter serves guests, for --way pull (default: what the context of the VM says)'),
  ),
  as: optional(
    choiceOption(
      { help: 'the form of the document; each --for has its own, of which the first is the default' },
      [...new Set(Object.values(forms).flatMap((list) => list.map(({ name }) => name)))],
    ),
  ),
  'ignition-url': optional(
    urlOption('for --as raw: where the Ignition stands, so that RAW holds a short pointer to it'),
  ),
});

export const template = defineVerb({
  name: 'template',
  summary:
    'print a document that lets a VM see its own power: a start script, a cloud-config, Flatcar, Kubernetes',
  operands: '',
  details: `Forms of --as: ${systems.map((name) => `${name}: ${forms[name]?.map((form) => form.name).join(', ')}`).join('; ')}.
The document brings power-guest.sh into the VM, and the agent of --agent, which listens on the loopback of the VM. What
is to be done with it is said on stderr. docs/guests.md leads through each way.`,
  options,
  run: async ({ options: given }, terminal) => {
    const list = forms[given.for ?? ''];
    if (list === undefined) throw usageError(`--for is missing; give one of ${systems.join(', ')}`);
    const form = given.as === undefined ? list[0] : list.find(({ name }) => name === given.as);
    if (form === undefined)
      throw usageError(
        `--as is "${given.as}" but must be one of ${list.map(({ name }) => name).join(', ')} for ${given.for}`,
      );
    if (given['ignition-url'] !== undefined && form.name !== 'raw')
      throw usageError('--ignition-url needs --for flatcar --as raw');
    if (given.way === 'share' && given.url !== undefined)
      throw usageError('--url is for --way pull: a shared folder needs no URL');
    const choice = { way: given.way, agent: given.agent, url: given.url };
    const problem = given.for === 'kubernetes' ? kubernetesProblem(choice) : undefined;
    if (problem !== undefined) throw usageError(problem);
    const sources = await readGuestFiles(path.join(packageFolder(), 'guest'));
    terminal.writeResult(form.format(choice, sources, given['ignition-url']));
    terminal.writeNote(`${given.way === 'share' ? form.next.replace(`, ${besideToken}`, '') : form.next}\n`);
  },
});
