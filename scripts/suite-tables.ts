/** The options and the expected errors of all programs, for the sample file and the documents made from code. */

import { authError } from '../auth-biscuit/errors.ts';
import { cliError } from '../cli/errors.ts';
import { collectorError } from '../collectors/errors.ts';
import { exporterOptions } from '../collectors/exporter-options.ts';
import { installError } from '../front-end-installer/errors.ts';
import { geolocationError } from '../geolocation/errors.ts';
import { geolocationOptions } from '../geolocation/geolocation-options.ts';
import { hookError } from '../hooks/errors.ts';
import { hookOptions } from '../hooks/hook-options.ts';
import { hostsError } from '../host-installer/errors.ts';
import type { OptionTable } from '../lib/config/options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { commonError } from '../lib/errors/common-errors.ts';
import type { ErrorTable } from '../lib/errors/oneext-error.ts';
import { migrationError } from '../live-migrate/errors.ts';
import { configuredOptions } from '../live-migrate/tunnel-options.ts';
import { agentError } from '../power-agent/errors.ts';
import { prometheusError } from '../prometheus-patches/errors.ts';
import { targetOptions } from '../prometheus-patches/prometheus-options.ts';

/** Of the programs besides oneext, as docs/options.md has them. */
export const programTables: Readonly<Record<string, OptionTable>> = {
  'opennebula-exporter': exporterOptions,
  'The hook host_geolocation': { ...hookOptions, ...geolocationOptions },
  'The hook vm_scrape_target': { ...hookOptions, ...targetOptions },
  migrate_tunnel: { 'config.file': suiteOptions['config.file'], ...configuredOptions },
};

/** What in oneext.yaml is more than one value. */
export const sampleNotes: Readonly<Record<string, readonly string[]>> = {
  energy: [
    '# CO2 of a kilowatt-hour, where you know better than the yearly mean of the zone; a host, a cluster or a zone.',
    '# co2:',
    '#   - { zone: SE-SE3, grams_per_kwh: 12, source: our supplier, from: 2026-01-01, to: 2027-01-01 }',
    '# What a kilowatt-hour costs; without a host, a cluster or a zone, everywhere. `to` is the first day after it.',
    '# prices:',
    '#   - { per_kwh: 0.24, currency: EUR, from: 2026-01-01 }',
    '#   - { cluster: lab, per_kwh: 0.18, currency: EUR, hours: 22-6 }',
  ],
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
  'power-agent': agentError.table,
  cli: cliError.table,
};
