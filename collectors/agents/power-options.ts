/** The flags of the collector `power`. */
import {
  choiceOption,
  durationOption,
  listOption,
  type OptionSpec,
  type OptionValues,
} from '../../lib/config/options.ts';
import { httpUrlMustBe, parseHttpUrl } from '../../lib/http/http-url.ts';

const agentUrlOption: OptionSpec<string> = {
  help: "URL of each host's power agent; {hostname} is the host's NAME in OpenNebula, {id} is its id; if there are several URLs, all are asked, and each VM gets the value of one agent; the host attribute POWER_AGENT_URL takes their place",
  form: 'URL',
  default: 'http://{hostname}:8080/metrics',
  parse: (text) =>
    parseHttpUrl(text.replaceAll('{hostname}', 'host').replaceAll('{id}', '0')) === undefined
      ? { mustBe: `${httpUrlMustBe}; {hostname} and {id} are replaced` }
      : { value: text },
};

const emulatorOption: OptionSpec<string> = {
  help: 'name of a program that runs VMs, besides those whose names begin with qemu or kvm',
  form: 'NAME',
  parse: (text) =>
    /^[^/\s]+$/.test(text)
      ? { value: text }
      : { mustBe: 'the name of a program such as my-emulator, without its folder' },
};

export const powerOptions = {
  'power.agent-url': listOption(agentUrlOption),
  'power.agent-timeout': durationOption(
    { help: 'longest time for the whole answer of one power agent', default: '5s' },
    100,
    60_000,
  ),
  'power.emulators': listOption(emulatorOption),
  'power.monitoring-interval': durationOption(
    {
      help: 'how often OpenNebula is asked for the CPU of VMs, while an agent is seen that is not to be believed without it or that measures no VMs, and for the power of GPUs, while a VM has one; MONITOR_VM in monitord.conf says how often both are renewed',
      default: '60s',
    },
    5000,
    600_000,
  ),
  'power.unmeasured': choiceOption(
    {
      help: 'what a VM gets that could not be measured: no sample, or 0 as in the first generation',
      default: 'omit',
    },
    ['omit', 'zero'],
  ),
};
export type PowerSettings = OptionValues<typeof powerOptions>;
