/** The options of `oneext doctor`: its own, and those of the programs whose configuration it looks at. */
import { exporterOptions } from '../../collectors/exporter-options.ts';
import { geolocationOptions } from '../../geolocation/geolocation-options.ts';
import { hookOptions } from '../../hooks/hook-options.ts';
import { durationOption, type OptionSpec } from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { httpUrlMustBe, parseHttpUrl } from '../../lib/http/http-url.ts';
import { configuredOptions } from '../../live-migrate/tunnel-options.ts';
import { patchOptions, targetOptions } from '../../prometheus-patches/prometheus-options.ts';

const urlOption = (help: string, fallback: string): OptionSpec<string> => ({
  help,
  form: 'URL',
  default: fallback,
  parse: (text) =>
    text === '' || parseHttpUrl(text) !== undefined
      ? { value: text.replace(/\/+$/, '') }
      : { mustBe: httpUrlMustBe },
});

/** What --help lists. */
export const shownOptions = {
  ...suiteOptions,
  'doctor.exporter-url': urlOption(
    'where the exporter answers; by default as its own options web.* say, on this machine',
    '',
  ),
  'doctor.prometheus-url': urlOption('where Prometheus answers', 'http://localhost:9090'),
  'doctor.time-limit': durationOption(
    { help: 'longest time for one check; --hosts has its own', default: '60s' },
    1000,
    3_600_000,
  ),
};

export const doctorTable = {
  ...shownOptions,
  ...geolocationOptions,
  ...targetOptions,
  ...patchOptions,
  ...configuredOptions,
  ...hookOptions,
  ...exporterOptions,
};

/** Keys of oneext.yaml below which there is more than one value. */
const mappings = ['geolocation.static'];

/** Keys in sections of ours that no program reads. */
export const strayKeysOf = (unknownKeys: readonly string[]): readonly string[] =>
  unknownKeys.filter((key) => !mappings.some((mapping) => key === mapping || key.startsWith(`${mapping}.`)));
