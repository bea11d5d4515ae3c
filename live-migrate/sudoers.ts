/**
 * The drop-in for sudo on hypervisors: what OpenNebula's own rules (ONE_NET, ONE_OVS) do not permit yet, and no
 * more. `*` would match spaces and with them any further argument; so each length of a number is a rule of its
 * own. Regular expressions need sudo 1.9.10, which not all supported distributions have.
 */
const digits = (count: number): string => '[0-9]'.repeat(count);
const upTo = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => digits(index + 1));

/** Those of 198.18.0.0/15, and some that are no addresses, which ip refuses. */
const addresses = upTo(3).flatMap((third) => upTo(3).map((fourth) => `198.1[89].${third}.${fourth}`));
const devices = upTo(8).map((id) => `omig${id}`);

const commands = [
  ...addresses.flatMap((address) =>
    devices.map((device) => `/usr/sbin/ip address add ${address}/30 dev ${device} noprefixroute`),
  ),
  ...addresses.flatMap((address) =>
    ['add', 'delete'].flatMap((verb) =>
      devices.map((device) => `/usr/sbin/ip address ${verb} ${address}/32 dev lo label lo\\:${device}`),
    ),
  ),
];

export const formatSudoers =
  (): string => `# What tunnels of live migrations need besides OpenNebula's own rules: the address of a tunnel, and the peer's
# address on the loopback while a migration that hangs is ended. See live-migrate/README.md.
Cmnd_Alias ONEEXT_TUNNEL = \\
    ${commands.join(', \\\n    ')}
oneadmin ALL=(root) NOPASSWD: ONEEXT_TUNNEL
`;
