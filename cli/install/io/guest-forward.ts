/** What `oneext install --guest-power` forwards, and what stands between guests and the exporter. */
import { networkInterfaces } from 'node:os';
import type { FileSystem } from '../../../front-end-installer/io/files.ts';
import { type GuestForward, hasProxy } from '../../../front-end-installer/tproxy-conf.ts';
import type { ListenAddress } from '../../../lib/config/listen-address.ts';
import type { OptionSpec } from '../../../lib/config/options.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import type { Places } from '../../../lib/one/places.ts';
import { tproxyConf } from '../front-end.ts';

/** OpenNebula's proxy listens there for guests (OuterProxy). */
const proxyAddress = '169.254.16.9';
const usualPort = 9926;

export const forwardAddressOption: OptionSpec<string> = {
  help: 'where hypervisors reach this front-end, for --guest-power (default: where they reach OneGate, as OpenNebulaNetwork.conf says, else the first address of this machine)',
  form: 'ADDRESS',
  parse: (text) =>
    /^[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$/.test(text)
      ? { value: text }
      : { mustBe: 'an IPv4 address or a host name' },
};

interface Given {
  readonly root: string;
  readonly 'guest-power': boolean;
  readonly 'guest-power-address': string | undefined;
  readonly 'guest.listen-address': readonly ListenAddress[];
  readonly 'config.file': string;
}

const portOf = (given: Given): number => given['guest.listen-address'][0]?.port ?? usualPort;

export const guestForwardOf = (given: Given): GuestForward => {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(
      ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
    );
  return {
    port: portOf(given),
    address: given['guest-power-address'],
    ownAddress: given.root === '' ? own?.address : undefined,
  };
};

const versionProblems = async (client: XmlRpcClient | undefined): Promise<readonly string[]> => {
  if (client === undefined) return [];
  try {
    const version = String(await client.call('one.system.version', []));
    return hasProxy(version)
      ? []
      : [
          `--guest-power: OpenNebula ${version} has no proxy that forwards a port of guests, as 6.10.1 and later have; give guests a route to the front-end`,
        ];
  } catch (thrown) {
    return [`--guest-power: the version of OpenNebula is not known: ${reasonOf(thrown)}`];
  }
};

interface Front {
  readonly fileSystem: FileSystem;
  readonly places: Places;
  readonly client: XmlRpcClient | undefined;
}

export const guestProblems = async (
  given: Given,
  { fileSystem, places, client }: Front,
): Promise<{ readonly problems: readonly string[]; readonly notes: readonly string[] }> => {
  if (!given['guest-power']) return { problems: [], notes: [] };
  const file = tproxyConf(places);
  const port = portOf(given);
  const isThere = await fileSystem.exists(file);
  return {
    problems: [
      ...(isThere ? [] : [`--guest-power: there is no ${file} to edit`]),
      ...(await versionProblems(client)),
    ],
    notes: [
      ...(given['guest.listen-address'].length > 0
        ? []
        : [
            `guests are not served yet: put "guest: {listen_address: "[::]:${port}"}" into ${given['config.file']} and restart opennebula-exporter`,
          ]),
      `guests reach http://${proxyAddress}:${port} once each hypervisor has this configuration (onehost sync --force, as oneadmin) and its proxies have been restarted there (/var/tmp/one/vnm/tproxy restart)`,
      'networks of Open vSwitch have no such proxy: guests on them need a route to the front-end',
    ],
  };
};
