/** What a check is, and what it may look at. */
import type { OnedConf } from '../../front-end-installer/oned-conf.ts';
import type { OptionValues } from '../../lib/config/options.ts';
import type { OneExtError } from '../../lib/errors/oneext-error.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Places } from '../../lib/one/places.ts';
import type { allOptions } from '../all-options.ts';
import type { CloudHost } from './cloud-host.ts';
import type { ExporterPage } from './exporter-page.ts';
import type { Attempt, Verdict } from './finding.ts';

export interface User {
  readonly uid: number;
  readonly name: string;
  /** Where root looks: as whom programs are tried that oneadmin runs. */
  readonly oneadmin?: { readonly uid: number; readonly gid: number };
}

/** oneext.yaml. */
export interface Configuration {
  readonly path: string;
  /** As it was parsed; `undefined` where there is none, or it is empty. */
  readonly document: unknown;
  /** Why it cannot be used: the defaults stand in for it. */
  readonly problem: OneExtError | undefined;
  readonly strayKeys: readonly string[];
}

/** Everything that checks share. What stands behind a function is read once, by the first who asks. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly options: OptionValues<typeof allOptions>;
  readonly configuration: Configuration;
  readonly places: Places;
  /** The folder of the package's own files: that of the executable. */
  readonly suite: string;
  readonly user: User;
  readonly now: () => Date;
  /** The hypervisors to look at with ssh; `undefined` for none. */
  readonly hostNames: 'all' | readonly string[] | undefined;
  /** What fails here fails with BrokenLink. */
  readonly client: () => Promise<XmlRpcClient>;
  readonly hosts: () => Promise<readonly CloudHost[]>;
  readonly exporterPage: () => Promise<ExporterPage>;
  readonly onedConf: () => Promise<Attempt<OnedConf>>;
}

export interface Check {
  readonly name: string;
  readonly about: string;
  readonly look: (surroundings: Surroundings) => Promise<readonly Verdict[]>;
  /** Longest time, where that is not the common one. */
  readonly timeLimitMs?: (surroundings: Surroundings) => Promise<number>;
}

/** @property probe looks and changes nothing; `judge` is pure */
export interface CheckDefinition<Facts> extends Omit<Check, 'look'> {
  readonly probe: (surroundings: Surroundings) => Promise<Facts>;
  readonly judge: (facts: Facts) => readonly Verdict[];
}

export const defineCheck = <Facts>({ probe, judge, ...check }: CheckDefinition<Facts>): Check => ({
  ...check,
  look: async (surroundings) => judge(await probe(surroundings)),
});
