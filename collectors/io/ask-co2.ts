/** Asks the public service that the operator names for the CO2 of hours, now and then and behind everybody's back. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Log } from '../../lib/log/log.ts';
import type { HourlyIntensity } from '../grid/hourly-intensities.ts';
import { askIntensities, type Co2Service } from '../grid/io/ask-intensities.ts';
import { addIntensities, intensitiesIn, keptIntensitiesForm } from '../grid/kept-intensities.ts';

/** Services have a new value each quarter of an hour at most, and limit how often they may be asked. */
const askEveryMs = 600_000;
const tryAgainMs = 60_000;

export interface Co2Asker {
  readonly service: Co2Service;
  readonly now: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** All that was answered since the start. Only the first call waits for an answer; does not fail. */
export const createCo2Asker = ({ service, now, log, signal }: Co2Asker) => {
  let known = keptIntensitiesForm.initial;
  let all: readonly HourlyIntensity[] = [];
  let failure: string | undefined;
  let dueAt = Number.NEGATIVE_INFINITY;
  let first: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    const { intensities, failures } = await askIntensities(service, signal);
    if (signal.aborted) return;
    const before = known;
    known = addIntensities(known, intensities);
    if (known !== before) all = intensitiesIn(known);
    const reason = failures.length === 0 ? undefined : failures.map(reasonOf).join('; ');
    if (reason !== undefined && reason !== failure)
      log.warn('a service of hourly CO2 gives no answer that can be used', { error: reason });
    if (reason === undefined && failure !== undefined) log.info('the service of hourly CO2 answers again');
    failure = reason;
    if (reason !== undefined) dueAt = now() + tryAgainMs;
  };
  return async (): Promise<readonly HourlyIntensity[]> => {
    if (service.urls.length === 0) return [];
    if (now() >= dueAt) {
      dueAt = now() + askEveryMs;
      const asking = ask();
      first ??= asking;
    }
    await first;
    return all;
  };
};
