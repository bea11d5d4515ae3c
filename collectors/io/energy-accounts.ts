/**
 * Counts energy with each reading of the power agents: of those that scrapes ask for, and of its own where nobody
 * scrapes.
 *
 * Whatever happens to the accounts, power and all other metrics are served.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { codeOf, isMissing } from '../../lib/errors/system-error.ts';
import { createCycle } from '../../lib/io/cycle.ts';
import type { Log } from '../../lib/log/log.ts';
import { isMapping } from '../../lib/mapping.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { advance } from '../accounts/advance.ts';
import type { Calendar } from '../accounts/booking.ts';
import { type KeptEnergy, keepEnergy } from '../accounts/io/keep-accounts.ts';
import type { Step } from '../accounts/scene.ts';
import { sightsOf } from '../accounts/sights.ts';
import type { Documents } from '../collector.ts';
import { accountingRulesOf, type EnergySettings, energyOptions } from '../energy-options.ts';
import { collectorError } from '../errors.ts';
import { type CarbonCounts, carbonCountsForm, countCarbon } from '../grid/carbon-counts.ts';
import { addIntensities, type KeptIntensities, keptIntensitiesForm } from '../grid/kept-intensities.ts';
import type { StepDocuments } from './guest-documents.ts';
import { type KeptState, keepState } from './keep-state.ts';
import type { Reading, Source } from './source.ts';
import type { Sources } from './sources.ts';

/** A folder that cannot be used is tried again after this time: a disk may be mounted late, an exporter end. */
const tryAgainMs = 60_000;
/** The clock on the wall drifts; less than this is no step of it. */
const wallStepMs = 1000;

export interface EnergyContext {
  /** Those of now: they change when the configuration is read again. */
  readonly settings: () => EnergySettings;
  readonly sources: () => Sources;
  readonly now: () => number;
  readonly log: Log;
  /** Is told at the end of each step what it has read, and when the VMs were. */
  readonly onStep: (documents: StepDocuments, readAt: number) => void;
}

export interface EnergyAccounts {
  readonly source: Source<Accounts | undefined>;
  /** CO2 of VMs, kept in the same folder. */
  readonly carbonSource: Source<CarbonCounts>;
  /** Opens the folder and begins to count. */
  start(): void;
  /** The agents have been asked. */
  onReading(): void;
  close(): Promise<void>;
}

/** The local time, as the clock on the wall tells it. */
const createCalendar = (now: () => number): (() => Calendar) => {
  let wallOffsetMs = 0;
  return () => {
    const offset = Math.round(Date.now() - now());
    if (Math.abs(offset - wallOffsetMs) >= wallStepMs) wallOffsetMs = offset;
    return { wallOffsetMs, zoneOffsetMs: -new Date().getTimezoneOffset() * 60_000 };
  };
};

const supplyFactorsOf = (platform: Documents['platform']): Step['supplyFactors'] =>
  new Map(
    [...platform].flatMap(([hostId, { factor }]) => (typeof factor === 'number' ? [[hostId, factor]] : [])),
  );

/** Power is that of now; sums stay. */
const withoutPower = (accounts: Accounts): Accounts => ({
  ...accounts,
  vms: new Map([...accounts.vms].map(([id, vm]) => [id, { ...vm, power: undefined }])),
});

/** Where the suite is not installed, there is no such folder, and nobody has asked for accounts. */
const isUnused = (thrown: unknown): boolean =>
  collectorError.is(thrown, 'ENERGY_FOLDER') &&
  isMapping(thrown.cause) &&
  thrown.cause['syscall'] === 'mkdir' &&
  (isMissing(thrown.cause) || codeOf(thrown.cause) === 'EACCES');

export const createEnergyAccounts = ({
  settings,
  sources,
  now,
  log,
  onStep,
}: EnergyContext): EnergyAccounts => {
  const calendar = createCalendar(now);
  let kept: KeptEnergy | undefined;
  let carbon: KeptState<CarbonCounts> | undefined;
  let co2Hours: KeptState<KeptIntensities> | undefined;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: string | undefined;
  let shown: Reading<Accounts | undefined> = { value: undefined, readAt: now() };

  /** Says it once. */
  const fail = (thrown: unknown): void => {
    const reason = reasonOf(thrown);
    if (reason !== failure) log.warn('energy is not counted', { error: reason });
    failure = reason;
  };
  const openFolder = async (): Promise<void> => {
    const isFirst = triedAt === Number.NEGATIVE_INFINITY;
    triedAt = now();
    const { 'energy.directory': folder, 'energy.retention': retentionMs } = settings();
    try {
      kept = await keepEnergy({ folder, retentionMs: retentionMs === 0 ? undefined : retentionMs, log });
      carbon = await keepState(carbonCountsForm, { folder, now, log });
      co2Hours = await keepState(keptIntensitiesForm, { folder, now, log });
      failure = undefined;
      shown = { value: kept.accounts(), readAt: now() };
    } catch (thrown) {
      const isDefault = folder === energyOptions['energy.directory'].default;
      if (!isDefault || !isUnused(thrown)) fail(thrown);
      else if (isFirst) log.info('energy is not counted', { error: reasonOf(thrown) });
    }
  };
  const step = async (accounts: KeptEnergy): Promise<void> => {
    const from = sources();
    const rules = accountingRulesOf(settings());
    const { attribution, pue } = rules;
    const [hosts, vms, agents, vmCpu, platform, gridZones, askedCo2, rates, hostModels] = await Promise.all([
      from.hosts.get(),
      from.vms.get(),
      from.agents.get(),
      from.vmCpu.get(),
      from.platform.get(),
      from.gridZones.get(),
      from.askedCo2.get(),
      from.rates.get(),
      attribution === 'marginal' ? from.hostModels.get() : undefined,
    ]);
    const documents = {
      hosts: hosts.value,
      vms: vms.value,
      agents: agents.value,
      vmCpu: vmCpu.value,
      hostModels: hostModels?.value ?? new Map(),
    };
    const given: Step = {
      ...documents,
      hosts: documents.hosts.map((host) => ({ ...host, gridZone: gridZones.value.get(host.id) })),
      at: Math.round(now()),
      calendar: calendar(),
      sights: sightsOf(documents, attribution),
      supplyFactors: supplyFactorsOf(platform.value),
    };
    try {
      await accounts.advance((before) => advance(before, given, rules), given);
      if (failure !== undefined) log.info('energy is counted again', {});
      failure = undefined;
    } catch (thrown) {
      fail(thrown);
    }
    shown = { value: accounts.accounts(), readAt: agents.readAt };
    carbon?.advance((before) =>
      countCarbon(before, accounts.accounts().vms, (hostId) => {
        const factor = rates.value.get(hostId)?.factor;
        if (factor === undefined) return undefined;
        return factor.gramsPerKwh * (given.supplyFactors.get(hostId) ?? 1) * (pue ?? 1);
      }),
    );
    await carbon?.write();
    co2Hours?.advance((before) => addIntensities(before, askedCo2.value));
    await co2Hours?.write();
    onStep(documents, vms.readAt);
  };
  const run = async (): Promise<void> => {
    try {
      if (kept === undefined && now() - triedAt >= tryAgainMs) await openFolder();
      if (kept !== undefined) await step(kept);
    } catch (thrown) {
      log.debug('energy is not counted now', { error: reasonOf(thrown) }); // the collectors say why
      const { value, readAt } = shown;
      const isOld = now() - readAt > accountingRulesOf(settings()).longestGapMs;
      if (isOld && value !== undefined) shown = { value: withoutPower(value), readAt };
    }
  };
  const cycle = createCycle(run, settings()['energy.interval']);
  return {
    source: {
      async get() {
        if (failure !== undefined) throw new Error(failure);
        return shown;
      },
    },
    carbonSource: { get: async () => (await carbon?.source.get()) ?? { value: undefined, readAt: now() } },
    start: () => cycle.start(),
    onReading: () => {
      if (kept !== undefined) cycle.start();
    },
    async close() {
      cycle.stop();
      await kept?.close();
    },
  };
};
