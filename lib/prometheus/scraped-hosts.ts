/** Which hosts can be scraped by their HOSTNAME: one that is another machine's would make its figures two hosts'. */
export interface NamedHost {
  readonly id: number;
  readonly name: string;
  /** What the host calls itself. */
  readonly hostname: string;
}

export interface ScrapedHosts<Host> {
  readonly hosts: readonly Host[];
  /** The others, a line each, for people. */
  readonly leftOut: readonly string[];
}

const isLoopback = (name: string): boolean =>
  /^(?:localhost|localhost\.localdomain|ip6-localhost|127(?:\.\d+){3}|(?:::ffff:)?127(?:\.\d+){3}|::1)$/i.test(
    name,
  );

/** @param isThisMachine whether a name or an address is the front-end's own */
export const chooseScrapedHosts = <Host extends NamedHost>(
  hosts: readonly Host[],
  isThisMachine: (name: string) => boolean,
): ScrapedHosts<Host> => {
  const elsewhere = ({ name, hostname }: Host): string | undefined => {
    if (isLoopback(hostname)) return 'which is every machine itself';
    return isThisMachine(hostname) && !isThisMachine(name) ? 'which is this front-end' : undefined;
  };
  const counts = new Map<string, number>();
  for (const host of hosts.filter((one) => elsewhere(one) === undefined))
    counts.set(host.hostname, (counts.get(host.hostname) ?? 0) + 1);
  const reasonOf = (host: Host): string | undefined =>
    elsewhere(host) ??
    ((counts.get(host.hostname) ?? 0) > 1 && host.name !== host.hostname
      ? 'as that of another host is'
      : undefined);
  const judged = hosts.map((host) => ({ host, reason: reasonOf(host) }));
  return {
    hosts: judged.flatMap(({ host, reason }) => (reason === undefined ? [host] : [])),
    leftOut: judged.flatMap(({ host: { id, name, hostname }, reason }) =>
      reason === undefined
        ? []
        : [
            `host ${id} (${name}) is left out: its HOSTNAME is ${hostname}, ${reason}; set the name of that machine, then: onehost forceupdate ${id}`,
          ],
    ),
  };
};
