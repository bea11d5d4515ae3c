/** The options of `oneext top` that may stand in the environment and in oneext.yaml too. */
import { durationOption, textOption } from '../../lib/config/options.ts';

export const topOptions = {
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
