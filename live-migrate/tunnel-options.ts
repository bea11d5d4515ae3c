/** The options of migrate_tunnel. */
import {
  booleanOption,
  choiceOption,
  durationOption,
  type OptionSpec,
  type OptionValues,
  textOption,
} from '../lib/config/options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';

/** ONEEXT_DRY_RUN=1 is what people write. */
const dryRun: OptionSpec<boolean> = {
  ...booleanOption({ help: 'print the plan, and change nothing', default: 'false' }),
  parse: (text) => {
    if (text === 'true' || text === '1') return { value: true };
    return text === 'false' || text === '0' ? { value: false } : { mustBe: 'true, false, 1 or 0' };
  },
};

const remotes: OptionSpec<string> = {
  ...textOption(
    {
      help: "where OpenNebula keeps its scripts on hypervisors, oned's SCRIPTS_REMOTE_DIR",
      default: '/var/tmp/one',
    },
    'FOLDER',
  ),
  parse: (text) => (/^\/[\w./-]+$/.test(text) ? { value: text } : { mustBe: 'an absolute path' }),
};

const port: OptionSpec<number> = {
  ...textOption(
    {
      help: 'a TCP port that each tunnel is tried with: migration_port_max in qemu.conf of the hypervisors',
      default: '49215',
    },
    'PORT',
  ),
  parse: (text) => {
    const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= 65_535 ? { value } : { mustBe: 'a port from 1 to 65535' };
  },
};

const timeout = (help: string, fallback: string): OptionSpec<number> =>
  durationOption({ help, default: fallback }, 1000, 600_000);

/** How hosts are reached; `oneext tunnel` has these too. */
export const hostOptions = {
  'tunnel.ssh-timeout': timeout('longest time to connect to a host', '10s'),
  'tunnel.step-timeout': timeout(
    'longest time for one command on a host, such as making or removing a tunnel',
    '15s',
  ),
};

/** What stands in oneext.yaml. */
export const configuredOptions = {
  'tunnel.type': choiceOption(
    {
      help: 'what makes tunnels; auto is Open vSwitch where it runs on both hosts, and the kernel elsewhere',
      default: 'auto',
    },
    ['auto', 'openvswitch', 'kernel'],
  ),
  'tunnel.on-failure': choiceOption(
    { help: 'what to do when no tunnel can be made: fail, or migrate without one', default: 'fail' },
    ['fail', 'direct'],
  ),
  'tunnel.stall-timeout': timeout('longest time without progress before a migration is aborted', '15s'),
  'tunnel.recovery-timeout': timeout(
    'longest time to find out where a VM runs after the connection to its host broke in mid-migration',
    '2m',
  ),
  'tunnel.migration-port-max': port,
  'tunnel.remotes': remotes,
  ...hostOptions,
};

export const tunnelOptions = {
  'config.file': suiteOptions['config.file'],
  'dry-run': dryRun,
  ...configuredOptions,
};

export type TunnelOptions = OptionValues<typeof tunnelOptions>;
