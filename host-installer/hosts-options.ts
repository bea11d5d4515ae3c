/** The options of `oneext hosts` that may stand in the environment and in oneext.yaml too. */
import { durationOption, type OptionSpec, textOption } from '../lib/config/options.ts';

const sshUser: OptionSpec<string> = {
  ...textOption(
    { help: 'who logs in on hosts; any other than root becomes root there with sudo -n', default: 'root' },
    'USER',
  ),
  parse: (text) =>
    /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(text) ? { value: text } : { mustBe: 'the name of a user' },
};

export const hostsOptions = {
  'hosts.ssh-user': sshUser,
  'hosts.ssh-timeout': durationOption(
    { help: 'longest time to connect to a host', default: '10s' },
    1000,
    600_000,
  ),
  'hosts.timeout': durationOption(
    { help: 'longest time for one host, which may have to pull an image', default: '15m' },
    1000,
    24 * 3_600_000,
  ),
  'hosts.log-file': textOption(
    { help: 'where the output of all hosts is kept', default: '/var/log/one/oneext-hosts.log' },
    'FILE',
  ),
};
