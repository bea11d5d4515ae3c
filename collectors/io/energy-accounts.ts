/**
 * Counts energy with each reading of the power agents: of those that scrapes ask for, and of its own where nobody
 * scrapes.
 *
 * Whatever happens to the accounts, power and all other metrics are served.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { codeOf, isMissing } from '../../lib/errors/system-error.ts';
import { createCycle } from '../../lib/io/cycle.ts';
import type { WebHandlers } from '../../lib/io/web-answers.ts';
import type { Log } from '../../lib/log/log.ts';
import { isMapping } from '../../lib/mapping.ts';
import { type Accounts, noAccounts, type VmAccount } from '../accounts/accounts.ts';
import { advance } from '../accounts/advance.ts';
import type { FolderCopy } from '../accounts/copy.ts';
import { type KeptEnergy, keepEnergy } from '../accounts/io/keep-accounts.ts';
import { accountingRulesOf, type EnergySettings, energyOptions } from '../energy-options.ts';
import { collectorError } from '../errors.ts';
import { type CarbonCounts, carbonCountsForm, countCarbon } from '../grid/carbon-counts.ts';
import { addIntensities, type KeptIntensities, keptIntensitiesForm } from '../grid/kept-intensities.ts';
import { formatShard, type Shard } from '../shard.ts';
import { type KeptState, keepState } from './keep-state.ts';
import type { SituationDocuments } from './read-situation.ts';
import { createCalendar, readStep } from './read-step.ts';
import type { Reading, Source } from './source.ts';
import type { Sources } from './sources.ts';
import { type CopiedAccounts, createZoneCopies, type Turn } from './zone-copies.ts';

/** A folder that cannot be used is tried again after this time: a disk may be mounted late, an exporter end. */
const tryAgainMs = 60_000;
export interface EnergyContext {
  /** Those of now: they change when the configuration is read again. */
  readonly settings: () => EnergySettings & { readonly shard: Shard };
  /** How often the power of GPUs is asked for. */
  readonly gpuIntervalMs: () => number;
  readonly sources: () => Sources;
  /** What this exporter listens on. */
  readonly ownUrl: () => string;
  /** Those of OpenNebula: the front-ends of a zone share them. */
  readonly credentials: () => Promise<string>;
  /** Ends what is being downloaded. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** What the clock on the wall shows at a moment of `now`. */
  readonly wall: (ms: number) => number;
  readonly log: Log;
  /** Is told at the end of each step what it has read, and when the VMs were. */
  readonly onStep: (documents: SituationDocuments, readAt: number) => void;
}

export interface EnergyAccounts {
  readonly source: Source<Accounts | undefined>;
  /** Up to when the accounts are counted that were copied from the leader of the zone, in milliseconds since 1970. */
  readonly copySource: Source<number | undefined>;
  /** CO2 of VMs, kept in the same folder. */
  readonly carbonSource: Source<CarbonCounts>;
  /** For the other front-ends of the zone. */
  readonly handlers: WebHandlers;
  /** Opens the folder and begins to count. */
  start(): void;
  /** The agents have been asked. */
  onReading(): void;
  close(): Promise<void>;
}

/** The sums stay. */
const withPower = (
  sums: Accounts,
  powerOf: (vmId: number) => Pick<VmAccount, 'power' | 'gpuPower'> | undefined,
): Accounts => ({
  ...sums,
  vms: new Map(
    [...sums.vms].map(([id, vm]) => {
      const { power, gpuPower } = powerOf(id) ?? { power: undefined, gpuPower: undefined };
      return [id, { ...vm, power, gpuPower }];
    }),
  ),
});

/** Where the suite is not installed, there is no such folder, and nobody has asked for accounts. */
const isUnused = (thrown: unknown): boolean =>
  collectorError.is(thrown, 'ENERGY_FOLDER') &&
  isMapping(thrown.cause) &&
  thrown.cause['syscall'] === 'mkdir' &&
  (isMissing(thrown.cause) || codeOf(thrown.cause) === 'EACCES');

/** Sums that may be shown, with the power of now. */
const withPowerOf = (sums: Accounts, now: Accounts): Accounts =>
  sums === now ? sums : withPower(sums, (id) => now.vms.get(id));

interface Counted {
  readonly accounts: Accounts;
  readonly carbon: CarbonCounts;
}

/** What a copy says, as it will be shown. */
const countedOf = ({ sums }: FolderCopy, accounts: Accounts): Counted => ({
  accounts,
  carbon: carbonCountsForm.parse(sums[carbonCountsForm.fileName] ?? ''),
});

export const createEnergyAccounts = (context: EnergyContext): EnergyAccounts => {
  const { settings, gpuIntervalMs, sources, now, log, onStep } = context;
  const calendar = createCalendar(now, context.wall);
  let kept: KeptEnergy | undefined;
  let carbon: KeptState<CarbonCounts> | undefined;
  let co2Hours: KeptState<KeptIntensities> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: string | undefined;
  let shown: Reading<Counted | undefined> = { value: undefined, readAt: now() };
  let shownAccounts: Reading<Accounts | undefined> = { value: undefined, readAt: now() };

  const show = (value: Counted | undefined, readAt: number, power = value?.accounts): void => {
    shown = { value, readAt };
    shownAccounts = {
      value: value === undefined ? undefined : withPowerOf(value.accounts, power ?? value.accounts),
      readAt,
    };
  };
  /** Says it once. */
  const fail = (thrown: unknown): void => {
    const reason = reasonOf(thrown);
    if (reason !== failure) log.warn('energy is not counted', { error: reason });
    failure = reason;
  };
  const openBesides = async (): Promise<void> => {
    const { 'energy.directory': folder } = settings();
    carbon = await keepState(carbonCountsForm, { folder, now, log });
    co2Hours = await keepState(keptIntensitiesForm, { folder, now, log });
  };
  const openFolder = async (): Promise<void> => {
    const isFirst = triedAt === Number.NEGATIVE_INFINITY;
    triedAt = now();
    const { 'energy.directory': folder, 'energy.retention': retentionMs } = settings();
    try {
      kept = await keepEnergy({
        folder,
        retentionMs: retentionMs === 0 ? undefined : retentionMs,
        besides: [carbonCountsForm.fileName, keptIntensitiesForm.fileName],
        log,
      });
      await openBesides();
      failure = undefined;
    } catch (thrown) {
      const isDefault = folder === energyOptions['energy.directory'].default;
      if (!isDefault || !isUnused(thrown)) fail(thrown);
      else if (isFirst) log.info('energy is not counted', { error: reasonOf(thrown) });
    }
  };
  const copied = (accounts: KeptEnergy): CopiedAccounts => ({
    ...accounts,
    async take(copy, fetchDay) {
      await accounts.take(copy, fetchDay);
      await openBesides();
    },
  });
  const zone = createZoneCopies<Counted>({
    ...context,
    shard: () => formatShard(settings().shard),
    template: () => settings()['energy.exporter-url'],
    intervalMs: () => settings()['energy.copy-interval'],
    accounts: () => (kept === undefined ? undefined : copied(kept)),
    shownOf: (copy) => countedOf(copy, kept?.accounts() ?? noAccounts),
  });
  const step = async (accounts: KeptEnergy, turn: Turn & { readonly counts: true }): Promise<void> => {
    const rules = accountingRulesOf(settings(), gpuIntervalMs());
    const read = await readStep(sources(), rules, now, calendar);
    const { documents, agentsReadAt, vmsReadAt, rates, askedCo2 } = read;
    const given = turn.term === undefined ? read.step : { ...read.step, term: turn.term };
    try {
      await accounts.advance((before) => advance(before, given, rules), given);
      if (failure !== undefined) log.info('energy is counted again', {});
      failure = undefined;
    } catch (thrown) {
      fail(thrown);
    }
    carbon?.advance((before) =>
      countCarbon(before, accounts.accounts().vms, (hostId) => {
        const factor = rates.get(hostId)?.factor;
        if (factor === undefined) return undefined;
        const grams = factor.gramsPerKwh * (rules.pue ?? 1);
        const supply = given.supplyFactors.get(hostId);
        // Where it is known what the whole machine draws, that of its GPUs is in it.
        return { measured: grams * (supply ?? 1), gpu: supply === undefined ? grams : 0 };
      }),
    );
    await carbon?.write();
    co2Hours?.advance((before) => addIntensities(before, askedCo2));
    await co2Hours?.write();
    const counted = { accounts: accounts.accounts(), carbon: carbon?.written() };
    const chosen = zone.choose({ at: accounts.progress().at, value: counted });
    show(chosen, agentsReadAt, counted.accounts);
    onStep(documents, vmsReadAt);
  };
  const run = async (): Promise<void> => {
    try {
      if (kept === undefined && now() - triedAt >= tryAgainMs) await openFolder();
      if (kept === undefined) return;
      const turn = await zone.turn(sources().ha, copied(kept));
      if (turn.counts) await step(kept, turn);
      else show(undefined, now());
    } catch (thrown) {
      log.debug('energy is not counted now', { error: reasonOf(thrown) }); // the collectors say why
      const { value, readAt } = shown;
      const isOld = now() - readAt > accountingRulesOf(settings()).longestGapMs;
      if (!zone.isShown()) show(undefined, readAt);
      else if (isOld && value !== undefined)
        show(
          value,
          readAt,
          withPower(value.accounts, () => undefined),
        );
    }
  };
  const cycle = createCycle(run, settings()['energy.interval']);
  return {
    source: {
      async get() {
        if (failure !== undefined) throw new Error(failure);
        return shownAccounts;
      },
    },
    copySource: { get: async () => ({ value: zone.copiedUpTo(), readAt: now() }) },
    carbonSource: {
      async get() {
        const { readAt } = (await carbon?.source.get()) ?? shown;
        return { value: shown.value?.carbon, readAt };
      },
    },
    handlers: zone.handlers,
    start: () => cycle.start(),
    onReading: () => {
      if (kept !== undefined) cycle.start();
    },
    async close() {
      await cycle.stop();
      await kept?.close();
    },
  };
};
