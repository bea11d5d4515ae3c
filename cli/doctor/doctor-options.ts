/** The options of `oneext doctor` that may stand in the environment and in oneext.yaml too. */
import { durationOption, type OptionSpec } from '../../lib/config/options.ts';

const urlOption = (help: string, fallback: string): OptionSpec<string> => ({
  help,
  form: 'URL',
  default: fallback,
  parse: (text) =>
    text === '' || (/^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text))
      ? { value: text.replace(/\/+$/, '') }
      : { mustBe: 'an http or https URL' },
});

export const doctorOptions = {
  'doctor.prometheus-url': urlOption('where Prometheus answers', 'http://localhost:9090'),
  'doctor.time-limit': durationOption(
    {
      help: 'longest time for one check; with --hosts, the time also depends on the number of hosts',
      default: '60s',
    },
    1000,
    3_600_000,
  ),
};
