/** The options and the expected errors of all programs, for the sample file and the documents made from code. */

import { authError } from '../auth-biscuit/errors.ts';
import { shownOptions as doctorOptions } from '../cli/doctor/doctor-options.ts';
import { cliError } from '../cli/errors.ts';
import { topOptions } from '../cli/top/top-options.ts';
import { collectorError } from '../collectors/errors.ts';
import { exporterOptions } from '../collectors/exporter-options.ts';
import { installError } from '../front-end-installer/errors.ts';
import { geolocationError } from '../geolocation/errors.ts';
import { geolocationOptions } from '../geolocation/geolocation-options.ts';
import { hookError } from '../hooks/errors.ts';
import { hookOptions } from '../hooks/hook-options.ts';
import { hostsError } from '../host-installer/errors.ts';
import { hostsOptions } from '../host-installer/hosts-options.ts';
import type { OptionTable } from '../lib/config/options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { commonError } from '../lib/errors/common-errors.ts';
import type { ErrorTable } from '../lib/errors/oneext-error.ts';
import { migrationError } from '../live-migrate/errors.ts';
import { configuredOptions, hostOptions } from '../live-migrate/tunnel-options.ts';
import { prometheusError } from '../prometheus-patches/errors.ts';
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

/** By the folder whose code fails with them, as docs/errors.md has them. A code stands in one of them only. */
export const errorTables: Readonly<Record<string, ErrorTable>> = {
  lib: commonError.table,
  collectors: collectorError.table,
  'auth-biscuit': authError.table,
  hooks: hookError.table,
  geolocation: geolocationError.table,
  'prometheus-patches': prometheusError.table,
  'live-migrate': migrationError.table,
  'host-installer': hostsError.table,
  'front-end-installer': installError.table,
  cli: cliError.table,
};
