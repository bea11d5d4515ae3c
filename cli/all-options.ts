/** All options that may stand in oneext.yaml: for the doctor, the sample file, and the names of keys. */
import { exporterOptions } from '../collectors/exporter-options.ts';
import { geolocationOptions } from '../geolocation/geolocation-options.ts';
import { hookOptions } from '../hooks/hook-options.ts';
import { hostsOptions } from '../host-installer/hosts-options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { configuredOptions } from '../live-migrate/tunnel-options.ts';
import { patchOptions, targetOptions } from '../prometheus-patches/prometheus-options.ts';
import { doctorOptions } from './doctor/doctor-options.ts';
import { exporterAddressOptions } from './exporter-address.ts';
import { topOptions } from './top/top-options.ts';

export const allOptions = {
  ...suiteOptions,
  ...exporterOptions,
  ...hookOptions,
  ...geolocationOptions,
  ...targetOptions,
  ...patchOptions,
  ...configuredOptions,
  ...hostsOptions,
  ...exporterAddressOptions,
  ...topOptions,
  ...doctorOptions,
};
