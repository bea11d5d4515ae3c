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

const timeout = (help: string, fallback: string): OptionSpec<number> =>
  durationOption({ help, default: fallback }, 1000, 600_000);

/** How hosts are reached; `oneext tunnel` has these too. */
export const hostOptions = {
  'tunnel.ssh-timeout': timeout('longest time to connect to a host', '10s'),
  'tunnel.step-timeout': timeout('longest time for one command that makes or removes a tunnel', '15s'),
};

/** What stands in oneext.yaml. */
export const configuredOptions = {
  'tunnel.type': choiceOption(
    {
      help: 'what makes tunnels; auto is Open vSwitch where both hosts have it, else the kernel',
      default: 'auto',
    },
    ['auto', 'openvswitch', 'kernel'],
  ),
  'tunnel.on-failure': choiceOption(
    { help: 'what to do when there is no tunnel: fail, or migrate in the clear', default: 'fail' },
    ['fail', 'direct'],
  ),
  'tunnel.stall-timeout': timeout('a migration without progress for that long is aborted', '15s'),
  'tunnel.remotes': remotes,
  ...hostOptions,
};

export const tunnelOptions = {
  'config.file': suiteOptions['config.file'],
  'dry-run': dryRun,
  ...configuredOptions,
};

export type TunnelOptions = OptionValues<typeof tunnelOptions>;
