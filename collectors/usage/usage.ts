/** Sums the hours of the ledger by what the lines of a report are about. */
import { type HostIdentity, nobody, noHost, type VmIdentity } from '../accounts/accounts.ts';
import type { RowVisitor } from '../accounts/rows.ts';
import { type EnergyPlace, noRates, type Rates, type RatesAt } from '../grid/rates.ts';
import {
  type Amounts,
  type AmountsByCurrency,
  addAmounts,
  addEnergy,
  type LastFactors,
  noAmounts,
  noFactors,
} from './amounts.ts';
import {
  compareNames,
  type Grouping,
  isOfHosts,
  isSameVm,
  keyOf,
  type Names,
  namesOfHost,
  namesOfVm,
  zoneColumn,
} from './grouping.ts';

export interface Usage {
  readonly names: Names;
  readonly parts: AmountsByCurrency;
}

export interface UsageReader {
  /** Takes the rows of an hour; of one that is not counted, which stands before the others in a file, only the names. */
  visitor(hour: number, isCounted: boolean): RowVisitor;
  /** Names from before may be those of others now. */
  forgetNames(): void;
  /** What comes from here on is of that zone of OpenNebula, in lines of its own. */
  openZone(zone: string | undefined): void;
  /** In the order of their names. */
  usages(): readonly Usage[];
  /** The rules by which VMs got their energy: `capacity`, `equal`. */
  policies(): { readonly attribution: readonly string[]; readonly idle: readonly string[] };
  /** All together; where a VM stands in several lines, it is in here once. */
  total(): Usage;
}

/** A line that is being summed. */
interface OpenUsage {
  names: Names;
  /** The hour of which the names are: another folder may tell those of an earlier one. */
  namedAt: number;
  readonly parts: AmountsByCurrency;
  currency: string | undefined;
  amounts: Amounts;
}

const openUsage = (names: Names): OpenUsage => ({
  names,
  namedAt: Number.NEGATIVE_INFINITY,
  parts: new Map(),
  currency: undefined,
  amounts: noAmounts(),
});

const amountsIn = (usage: OpenUsage, currency: string): Amounts => {
  if (usage.currency === currency) return usage.amounts;
  usage.currency = currency;
  usage.amounts = usage.parts.get(currency) ?? noAmounts();
  usage.parts.set(currency, usage.amounts);
  return usage.amounts;
};

/** What is known of a host at this place of the ledger. */
interface KnownHost {
  readonly place: EnergyPlace;
  hour: number;
  rates: Rates;
  /** Of which block the last factors are. */
  block: number;
  readonly factors: LastFactors;
}

const createHosts = (ratesAt: RatesAt) => {
  const hosts = new Map<number, KnownHost>();
  const meet = (hostId: number, { name, cluster, gridZone }: HostIdentity): KnownHost => {
    const known = {
      place: { hostId, name, cluster, gridZone },
      hour: Number.NaN,
      rates: noRates,
      block: 0,
      factors: noFactors(),
    };
    hosts.set(hostId, known);
    return known;
  };
  return {
    meet,
    forget: () => hosts.clear(),
    /** As it is in a block of an hour. */
    hostIn(hostId: number, hour: number, block: number): KnownHost {
      const host = hosts.get(hostId) ?? meet(hostId, noHost);
      if (host.hour !== hour) {
        host.hour = hour;
        host.rates = ratesAt(host.place, hour);
      }
      if (host.block !== block) {
        host.block = block;
        Object.assign(host.factors, noFactors());
      }
      return host;
    },
  };
};

/** One row of it all, whatever the rows are about. */
const sumOf = (usages: readonly Usage[]): Usage => {
  const parts: AmountsByCurrency = new Map();
  for (const usage of usages)
    for (const [currency, amounts] of usage.parts) {
      const sum = parts.get(currency) ?? noAmounts();
      addAmounts(sum, amounts);
      parts.set(currency, sum);
    }
  return { names: {}, parts };
};

export interface UsageOptions {
  readonly grouping: Grouping;
  readonly ratesAt: RatesAt;
  /** Whether the row of a VM counts. */
  readonly isVisible: (vmId: number) => boolean;
}

export const createUsageReader = ({ grouping, ratesAt, isVisible }: UsageOptions): UsageReader => {
  const isByHost = isOfHosts(grouping);
  const byKey = new Map<string, OpenUsage>();
  const total = openUsage({});
  /** The lines of a VM, or of a host, at this place of the ledger. */
  const current = new Map<number, readonly OpenUsage[]>();
  /** What VMs were called last: a ledger says it again and again. */
  const identities = new Map<number, VmIdentity>();
  const hosts = createHosts(ratesAt);
  let zone: string | undefined;
  let hour = Number.NaN;
  const name = (id: number, all: readonly Names[]): readonly OpenUsage[] => {
    const usages = all.map((ownNames) => {
      const names = zone === undefined ? ownNames : { [zoneColumn]: zone, ...ownNames };
      const key = keyOf(names);
      const usage = byKey.get(key) ?? openUsage(names);
      if (hour >= usage.namedAt) [usage.names, usage.namedAt] = [names, hour];
      byKey.set(key, usage);
      return usage;
    });
    const lines = grouping === 'label' ? [...usages, total] : usages;
    current.set(id, lines);
    return lines;
  };
  const nameNameless = (id: number): readonly OpenUsage[] =>
    name(id, isByHost ? [namesOfHost(grouping, id, noHost)] : namesOfVm(grouping, id, nobody));
  let isCounted = false;
  let block = 0;
  const attributions = new Set<string>();
  const idles = new Set<string>();
  const visitor: RowVisitor = {
    onVm(vmId, identity) {
      if (isByHost) return;
      const before = identities.get(vmId);
      if (before !== undefined && isSameVm(before, identity)) return;
      identities.set(vmId, identity);
      name(vmId, namesOfVm(grouping, vmId, identity));
    },
    onHost(hostId, identity) {
      hosts.meet(hostId, identity);
      if (isByHost) name(hostId, [namesOfHost(grouping, hostId, identity)]);
    },
    onUse(vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs) {
      if (!isCounted || !isVisible(vmId)) return;
      const id = isByHost ? hostId : vmId;
      const { rates, factors } = hosts.hostIn(hostId, hour, block);
      for (const usage of current.get(id) ?? nameNameless(id)) {
        const amounts = amountsIn(usage, rates.price?.currency ?? '');
        amounts.own += own;
        amounts.share += share;
        amounts.measuredMs += measuredMs;
        amounts.unmeasuredMs += unmeasuredMs;
        amounts.lifeMs += lifeMs;
        addEnergy(amounts, own + share, factors, rates);
      }
    },
    onGpu(vmId, hostId, gpu, gpuMs) {
      if (!isCounted || !isVisible(vmId)) return;
      const { rates, factors } = hosts.hostIn(hostId, hour, block);
      for (const usage of current.get(isByHost ? hostId : vmId) ?? []) {
        const amounts = amountsIn(usage, rates.price?.currency ?? '');
        amounts.gpu += gpu;
        amounts.gpuMs += gpuMs;
        // Where it is known what the whole machine draws, that of its GPUs is in it.
        const unknownPart = factors.supply === undefined ? 1 : 1 - factors.supplyPart;
        addEnergy(amounts, gpu * unknownPart, { ...factors, supply: undefined }, rates);
      }
    },
    onPolicy(attribution, idle) {
      if (!isCounted) return;
      attributions.add(attribution);
      idles.add(idle);
    },
    onDraw(hostId, total, _rest, _measuredMs, supplyBase, supply, pueBase, pue) {
      if (!isCounted) return;
      const { factors } = hosts.hostIn(hostId, hour, block);
      const drawn = total - supplyBase + supply;
      factors.supply = supplyBase > 0 ? supply / supplyBase : undefined;
      factors.supplyPart = total > 0 ? supplyBase / total : 0;
      factors.pue = pueBase > 0 ? pue / pueBase : undefined;
      factors.puePart = drawn > 0 ? pueBase / drawn : 0;
    },
  };
  const usages = (): readonly Usage[] =>
    [...byKey.values()]
      .filter(({ parts }) => parts.size > 0)
      .sort((one, other) => compareNames(one.names, other.names));
  return {
    visitor(nextHour, isNextCounted) {
      hour = nextHour;
      block += 1;
      isCounted = isNextCounted;
      return visitor;
    },
    forgetNames() {
      current.clear();
      identities.clear();
      hosts.forget();
    },
    openZone(next) {
      zone = next;
    },
    usages,
    policies: () => ({ attribution: [...attributions].sort(), idle: [...idles].sort() }),
    total: () => (grouping === 'label' ? total : sumOf(usages())),
  };
};
