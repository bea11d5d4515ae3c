/**
 * Where OpenNebula keeps its files: /etc/one, /var/lib/one, ..., or below ONE_LOCATION where it is
 * self-contained. Source: OpenNebula's install.sh.
 */
type Environment = Readonly<Record<string, string | undefined>>;

export interface Places {
  /** '' where OpenNebula is installed system-wide. */
  readonly oneLocation: string;
  readonly etc: string;
  readonly var: string;
  readonly lib: string;
  readonly share: string;
  readonly log: string;
  /** Drivers, which `onehost sync` copies to the hypervisors. */
  readonly remotes: string;
  /** Our own programs. */
  readonly suite: string;
  /** What our installer remembers. */
  readonly state: string;
}

const systemWide = { etc: '/etc/one', var: '/var/lib/one', lib: '/usr/lib/one', share: '/usr/share/one' };

export const oneLocationOf = (environment: Environment): string =>
  (environment['ONE_LOCATION'] ?? '').replace(/\/+$/, '');

export const placesOf = (environment: Environment): Places => {
  const oneLocation = oneLocationOf(environment);
  const inside = (name: string): string => `${oneLocation}/${name}`;
  const folders =
    oneLocation === ''
      ? systemWide
      : { etc: inside('etc'), var: inside('var'), lib: inside('lib'), share: inside('share') };
  return {
    oneLocation,
    ...folders,
    log: oneLocation === '' ? '/var/log/one' : folders.var,
    remotes: `${folders.var}/remotes`,
    suite: `${folders.lib}/opennebula-extensions`,
    state: oneLocation === '' ? '/var/lib/opennebula-extensions' : inside('var/opennebula-extensions'),
  };
};

/** The path, written for a system-wide installation, where this installation has it. */
export const relocatePath = (path: string, environment: Environment): string => {
  const places = placesOf(environment);
  const stock = placesOf({});
  for (const name of ['etc', 'var', 'lib', 'share', 'log'] as const) {
    if (path === stock[name] || path.startsWith(`${stock[name]}/`)) {
      return places[name] + path.slice(stock[name].length);
    }
  }
  return path;
};
