/** The options of all programs, for the sample file and docs/options.md. */

import { shownOptions as doctorOptions } from '../cli/doctor/doctor-options.ts';
import { topOptions } from '../cli/top/top-options.ts';
import { exporterOptions } from '../collectors/exporter-options.ts';
import { geolocationOptions } from '../geolocation/geolocation-options.ts';
import { hookOptions } from '../hooks/hook-options.ts';
import { hostsOptions } from '../host-installer/hosts-options.ts';
import type { OptionTable } from '../lib/config/options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { configuredOptions, hostOptions } from '../live-migrate/tunnel-options.ts';
import { configOptions, patchOptions, targetOptions } from '../prometheus-patches/prometheus-options.ts';

/** By program, as docs/options.md has them. */
export const programTables: Readonly<Record<string, OptionTable>> = {
  'opennebula-exporter': exporterOptions,
  'The hook host_geolocation': { ...hookOptions, ...geolocationOptions },
  'The hook vm_scrape_target': { ...hookOptions, ...targetOptions },
  'oneext geolocation lookup': {
    'config.file': suiteOptions['config.file'],
    'geolocation.database': geolocationOptions['geolocation.database'],
  },
  'oneext prometheus patch': {
    ...suiteOptions,
    'prometheus.targets-folder': targetOptions['prometheus.targets-folder'],
    ...patchOptions,
    'power.agent-url': exporterOptions['power.agent-url'],
  },
  'oneext prometheus unpatch': { 'config.file': suiteOptions['config.file'], ...configOptions },
  'oneext prometheus sync': { ...suiteOptions, ...targetOptions },
  migrate_tunnel: { 'config.file': suiteOptions['config.file'], ...configuredOptions },
  'oneext tunnel': { ...suiteOptions, ...hostOptions },
  'oneext top': { ...suiteOptions, ...topOptions },
  'oneext hosts': { ...suiteOptions, ...hostsOptions },
  'oneext doctor': doctorOptions,
};

export const allOptions: OptionTable = Object.assign({}, ...Object.values(programTables));

/** What in oneext.yaml is more than one value. */
export const sampleNotes: Readonly<Record<string, readonly string[]>> = {
  geolocation: [
    '# Where hosts stand that no public address tells about; keys are names or ids.',
    '# static:',
    '#   hosts: { kvm1: "59.3294,18.0687", "7": "40.4168,-3.7038" }',
    '#   clusters: { stockholm: "59.3294,18.0687" }',
  ],
};
