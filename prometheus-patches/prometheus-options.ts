/** The options of the Prometheus patches; the sample file and docs/options.md come from this table. */
import { durationOption, type OptionSpec, textOption } from '../lib/config/options.ts';
import { addressPreferenceOption } from '../lib/prometheus/vm-targets.ts';

const folderOption: OptionSpec<string> = {
  help: "folder of the VMs' target files, one for each VM; Prometheus must be able to read it, oneadmin to write it",
  form: 'FOLDER',
  default: '/var/lib/one/prometheus/targets',
  parse: (text) =>
    /^\/[^*?[\]{}\\\u0000-\u001f]+$/.test(text)
      ? { value: text.replace(/\/+$/, '') }
      : { mustBe: 'an absolute path without * ? [ ] { } \\' },
};

/** What the hook and the targets need. */
export const targetOptions = {
  'prometheus.targets-folder': folderOption,
  'prometheus.address-preference': addressPreferenceOption,
};

const rulesFileOption: OptionSpec<string> = {
  help: 'our rules, which rule_files names once they are installed; relative to the folder of prometheus.config',
  form: 'FILE',
  default: 'opennebula-extensions.yml',
  parse: (text) =>
    /^[^*?[\]\\\u0000-\u001f]+$/.test(text) ? { value: text } : { mustBe: 'a path without * ? [ ] \\' },
};

/** What changes prometheus.yml, and tells Prometheus. */
export const configOptions = {
  'prometheus.config': textOption(
    { help: 'configuration of Prometheus', default: '/etc/one/prometheus/prometheus.yml' },
    'FILE',
  ),
  'prometheus.rules-file': rulesFileOption,
  'prometheus.unit': textOption(
    {
      help: 'systemd unit of Prometheus, whose main process is sent SIGHUP',
      default: 'opennebula-prometheus.service',
    },
    'UNIT',
  ),
  'prometheus.promtool': textOption({ help: 'the program promtool', default: 'promtool' }, 'PROGRAM'),
};

/** What oneext prometheus patch needs besides. */
export const patchOptions = {
  ...configOptions,
  'prometheus.zone': textOption({ help: 'name or id of the OpenNebula zone', default: 'OpenNebula' }, 'ZONE'),
  'prometheus.probe-timeout': durationOption(
    { help: 'longest time for finding out whether an optional exporter answers', default: '2s' },
    100,
    30_000,
  ),
};
