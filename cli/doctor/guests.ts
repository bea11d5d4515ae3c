/** Whether VMs reach the port on which the exporter serves them: as the proxies of the hypervisors forward it. */
import { hasProxy, type ProxyForward } from '../../front-end-installer/tproxy-conf.ts';
import { formatListenAddress, type ListenAddress } from '../../lib/config/listen-address.ts';
import { cleanLine } from '../../lib/text/terminal-text.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';

export interface GuestsFacts {
  /** Where guests are served; none: they are not. */
  readonly guest: readonly ListenAddress[];
  readonly web: readonly ListenAddress[];
  /** OpenNebulaNetwork.conf of the drivers. */
  readonly file: string;
  /** Of OpenNebula; `undefined` where it does not tell. */
  readonly version: string | undefined;
  /** `undefined`: the file is not what OpenNebula reads. */
  readonly forwards: Attempt<readonly ProxyForward[] | undefined>;
}

const isLoopback = (host: string): boolean => /^(?:127\.[\d.]+|localhost|::1)$/i.test(host);
const install = 'oneext install --guest-power, then onehost sync --force as oneadmin';

const shown = ({ servicePort, address, port }: ProxyForward): string =>
  `forwards port ${servicePort} to ${cleanLine(String(address))}:${port}`;

const judgeForward = (forward: ProxyForward, guestPorts: ReadonlySet<unknown>, subject: string): Verdict => {
  const { servicePort, address, port } = forward;
  if (!guestPorts.has(port))
    return warning(
      `${shown(forward)}, and guests are served at port ${[...guestPorts].join(', ')}`,
      `correct :remote_port: of port ${servicePort}, then onehost sync --force as oneadmin`,
      { subject },
    );
  return typeof address !== 'string' || isLoopback(address) || address === '0.0.0.0'
    ? warning(
        `${shown(forward)}, which is each hypervisor itself: right where this machine is the only one`,
        'oneext install --guest-power --guest-power-address ADDRESS; lines of your own are corrected by hand',
        { subject },
      )
    : ok(shown(forward), { subject });
};

const judgeForwards = (
  { guest, web, file: subject }: GuestsFacts,
  forwards: readonly ProxyForward[],
): readonly Verdict[] => {
  const guestPorts = new Set<unknown>(guest.map(({ port }) => port));
  const webPorts = new Set<unknown>(web.map(({ port }) => port));
  const open = forwards
    .filter(({ port }) => webPorts.has(port))
    .map((forward) =>
      warning(`${shown(forward)}: VMs reach the metrics of the whole cloud`, 'take this forward out', {
        subject,
      }),
    );
  const own = forwards.filter(
    ({ servicePort, port }) => guestPorts.has(port) || (guestPorts.has(servicePort) && !webPorts.has(port)),
  );
  return [
    ...open,
    ...(own.length > 0
      ? own.map((forward) => judgeForward(forward, guestPorts, subject))
      : [
          skipped(`no proxy forwards port ${[...guestPorts].join(', ')}: VMs need a route to the front-end`, {
            subject,
            next: install,
          }),
        ]),
  ];
};

/** Before 6.10.1, hypervisors read no such lines. */
const judgeWithoutProxy = (
  { guest, version, file: subject }: GuestsFacts,
  forwards: GuestsFacts['forwards'],
): Verdict => {
  const without = `OpenNebula ${version} has no proxies that forward a port`;
  const next = 'give VMs a route to the front-end, or upgrade OpenNebula to 6.10.1 or later';
  const ports = new Set<unknown>(guest.map(({ port }) => port));
  const own =
    'value' in forwards ? forwards.value?.find(({ servicePort }) => ports.has(servicePort)) : undefined;
  return own === undefined
    ? skipped(`${without}: VMs need a route to the front-end`, { next })
    : warning(`${shown(own)}, but ${without}`, next, { subject });
};

export const judgeGuests = (facts: GuestsFacts): readonly Verdict[] => {
  const { guest, file: subject, forwards, version } = facts;
  if (guest.length === 0) {
    const left = 'value' in forwards ? forwards.value?.find(({ isOurs }) => isOurs) : undefined;
    return left === undefined
      ? [skipped('no VMs are served their own power (--guest.listen-address)')]
      : [
          warning(
            `${shown(left)}, where no VMs are served`,
            `set guest.listen_address to "[::]:${left.port}" and restart opennebula-exporter; or take the forward out`,
            { subject },
          ),
        ];
  }
  const addresses = guest.every(({ host }) => isLoopback(host))
    ? [
        failure(
          `${guest.map(formatListenAddress).join(', ')}: neither hypervisors nor VMs reach the loopback of this machine`,
          'set guest.listen_address to an address that they reach, and restart opennebula-exporter',
          { subject: 'guest.listen_address' },
        ),
      ]
    : [];
  if (version !== undefined && !hasProxy(version)) return [...addresses, judgeWithoutProxy(facts, forwards)];
  if (!('value' in forwards))
    return [
      ...addresses,
      forwards.kind === 'missing'
        ? skipped('there is no such file: VMs need a route to the front-end', { subject })
        : judgeProblem(forwards, install, { subject }),
    ];
  if (forwards.value === undefined)
    return [
      ...addresses,
      failure('it is not the YAML that OpenNebula reads, with a list below :tproxy:', 'correct it', {
        subject,
      }),
    ];
  return [...addresses, ...judgeForwards(facts, forwards.value)];
};
