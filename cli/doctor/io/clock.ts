/** Asks OpenNebula, Prometheus and agents that are up for the time; agents not for their page, which they make anew. */
import { agentUrlsOf } from '../../../collectors/agents/agent-url.ts';
import { createLimit } from '../../../lib/io/concurrency.ts';
import { readEndpointUrl } from '../../../lib/io/connect-one.ts';
import { createLookup } from '../../../lib/io/lookup.ts';
import { runCommand } from '../../../lib/io/run-command.ts';
import type { Surroundings } from '../check.ts';
import type { ClockFacts } from '../clock.ts';
import { attempt } from './attempt.ts';
import { readHttpClock } from './http-clock.ts';

const asksAtOnce = 32;
/** Lookups hold threads that reading files needs too: a resolver that is silent must not stop the other checks. */
const lookupsAtOnce = 2;
const keepAddressesMs = 60_000;
const timedatectlTimeoutMs = 5000;

interface Place {
  readonly subject: string;
  readonly url: URL;
}

const agentPlaces = async ({ exporterPage, hosts, options }: Surroundings): Promise<readonly Place[]> => {
  const [{ agents }, all] = await Promise.all([exporterPage(), hosts()]);
  const up = new Set(agents.flatMap(({ hostId, reason }) => (reason === 'ok' ? [hostId] : [])));
  const places = all
    .filter(({ id }) => up.has(id))
    .flatMap((host) =>
      agentUrlsOf(host, options['power.agent-url']).urls.map((url) => ({
        subject: host.name,
        url: new URL('/', url),
      })),
    );
  return [...new Map(places.map((place) => [place.url.href, place])).values()];
};

const listPlaces = async (surroundings: Surroundings): Promise<readonly Place[]> => {
  const { environment, options } = surroundings;
  const [one, agents] = await Promise.all([
    attempt(() => readEndpointUrl(environment)),
    attempt(() => agentPlaces(surroundings)),
  ]);
  return [
    ...('value' in one ? [{ subject: `oned at ${one.value.host}`, url: new URL('/', one.value) }] : []),
    { subject: 'Prometheus', url: new URL('/-/healthy', options['doctor.prometheus-url']) },
    ...('value' in agents ? agents.value : []),
  ];
};

export const probeClocks = async (surroundings: Surroundings): Promise<ClockFacts> => {
  const limit = createLimit(asksAtOnce);
  const now = (): number => surroundings.now().getTime();
  const places = await listPlaces(surroundings);
  const ending = new AbortController();
  const { signal } = ending;
  const lookup = createLookup({ atOnce: lookupsAtOnce, keepMs: keepAddressesMs, now, signal });
  const [isSynchronized, clocks] = await Promise.all([
    attempt(async () => {
      const argv = ['timedatectl', 'show', '--property=NTPSynchronized', '--value'] as const;
      return (await runCommand(argv, timedatectlTimeoutMs)).trim() === 'yes';
    }),
    Promise.all(
      places.map(({ subject, url }) =>
        limit(async () => ({ subject, aheadMs: await readHttpClock(url, now, lookup) })),
      ),
    ),
  ]);
  ending.abort();
  return { isSynchronized, clocks };
};
