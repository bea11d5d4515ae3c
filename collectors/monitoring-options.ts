/** The flags of what is pushed into OpenNebula's own monitoring. */
import { parseListenAddress } from '../lib/config/listen-address.ts';
import {
  booleanOption,
  durationOption,
  type OptionSpec,
  type OptionValues,
  textOption,
} from '../lib/config/options.ts';

/** Of monitord, which takes messages over UDP. */
export interface MonitoringAddress {
  readonly host: string;
  readonly port: number;
}

const addressOption: OptionSpec<MonitoringAddress> = {
  help: "address and port of OpenNebula's monitord",
  form: 'ADDRESS:PORT',
  default: '127.0.0.1:4124',
  parse: (text) => {
    const value = text.startsWith(':') ? undefined : parseListenAddress(text);
    return value === undefined || value.port === 0
      ? { mustBe: 'an address and port such as 127.0.0.1:4124 or [::1]:4124' }
      : { value };
  },
};

export const monitoringOptions = {
  'monitoring.push': booleanOption({
    help: 'add POWER, ENERGY and POWER_TIME to the monitoring of each measured VM, where onevm show and Sunstone have them; in a highly available zone the leader does it',
    default: 'false',
  }),
  'monitoring.interval': durationOption(
    { help: 'time between two pushes into the monitoring of VMs', default: '60s' },
    5000,
    3_600_000,
  ),
  'monitoring.address': addressOption,
  'monitoring.config-file': textOption(
    {
      help: 'configuration of monitord: where its NETWORK names a PUBKEY, what is pushed is encrypted with it',
      default: '/etc/one/monitord.conf',
    },
    'FILE',
  ),
};
export type MonitoringSettings = OptionValues<typeof monitoringOptions>;
