/** The options of `oneext top` that may stand in the environment and in oneext.yaml too. */
import { durationOption, type OptionSpec, textOption } from '../../lib/config/options.ts';
import { httpUrlMustBe, parseHttpUrl } from '../../lib/http/http-url.ts';

const exporterUrlOption: OptionSpec<string> = {
  help: "page of opennebula-exporter; https with a certificate of one's own needs NODE_EXTRA_CA_CERTS",
  form: 'URL',
  default: 'http://localhost:9925/metrics',
  parse: (text) => (parseHttpUrl(text) === undefined ? { mustBe: httpUrlMustBe } : { value: text }),
};

export const topOptions = {
  'top.exporter-url': exporterUrlOption,
  'top.exporter-timeout': durationOption(
    { help: "longest time for the exporter's whole answer", default: '10s' },
    100,
    600_000,
  ),
  'top.credentials-file': textOption(
    { help: 'what the exporter asks for: user:password, or a bearer token, in one line', default: '' },
    'FILE',
  ),
};
