/** The flags of the collector `power`. */
import { choiceOption, durationOption, listOption, type OptionSpec } from '../../lib/config/options.ts';
import { httpUrlMustBe, parseHttpUrl } from '../../lib/http/http-url.ts';

const agentUrlOption: OptionSpec<string> = {
  help: "URL of each host's power agent; {hostname} is the host's NAME in OpenNebula, {id} its id; several URLs are all asked, and each VM gets the value of one agent; the host attribute POWER_AGENT_URL overrides them",
  form: 'URL',
  default: 'http://{hostname}:8080/metrics',
  parse: (text) =>
    parseHttpUrl(text.replaceAll('{hostname}', 'host').replaceAll('{id}', '0')) === undefined
      ? { mustBe: `${httpUrlMustBe}; {hostname} and {id} are replaced` }
      : { value: text },
};

export const powerOptions = {
  'power.agent-url': listOption(agentUrlOption),
  'power.agent-timeout': durationOption(
    { help: "longest time for one power agent's whole answer", default: '5s' },
    100,
    60_000,
  ),
  'power.unmeasured': choiceOption(
    {
      help: 'what a VM that could not be measured gets: no sample, or 0 as the first generation had it',
      default: 'omit',
    },
    ['omit', 'zero'],
  ),
};
