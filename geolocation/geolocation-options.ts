/** The options of geolocation; the sample file and docs/options.md come from this table. */
import { durationOption, type OptionSpec } from '../lib/config/options.ts';

const databaseOption: OptionSpec<readonly string[]> = {
  help: 'databases of coordinates in the MMDB format (GeoLite2-City, GeoIP2-City, DB-IP City), separated by commas; the first that knows an address is taken',
  form: 'FILE,...',
  default: '/var/lib/one/geolocation/city.mmdb',
  parse: (text) => {
    const value = text.split(',').map((file) => file.trim());
    return value.every((file) => file.startsWith('/'))
      ? { value }
      : { mustBe: 'absolute paths, separated by commas' };
  },
};

export const geolocationOptions = {
  'geolocation.database': databaseOption,
  'geolocation.ssh-timeout': durationOption(
    { help: 'longest time for asking a host for its addresses', default: '15s' },
    1000,
    120_000,
  ),
};
