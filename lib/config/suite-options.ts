/** The options that all programs of the suite share. */
import { durationOption, textOption } from './options.ts';

export const defaultConfigFile = '/etc/one/oneext.yaml';

export const suiteOptions = {
  'config.file': textOption({ help: 'configuration of the suite', default: defaultConfigFile }, 'FILE'),
  'one.timeout': durationOption(
    { help: 'longest time for one call to OpenNebula', default: '30s' },
    100,
    3_600_000,
  ),
};
