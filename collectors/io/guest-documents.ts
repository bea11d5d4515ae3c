/**
 * What is known of VMs, users and agents while guests ask: they make the exporter read nothing.
 *
 * VMs and agents are those of the last step of the accounts; where no step comes, the VMs are read as often.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { lazily } from '../../lib/lazily.ts';
import type { Log } from '../../lib/log/log.ts';
import type { User } from '../../lib/one/user.ts';
import type { VmWithAttributes } from '../collector.ts';
import type { GuestDirectory } from '../guests/identify-guest.ts';
import { type Situation, situationOf } from '../measure-vm.ts';
import type { SituationDocuments } from './read-situation.ts';
import type { Reading } from './source.ts';
import type { Sources } from './sources.ts';

export interface GuestDocuments {
  readonly directory: GuestDirectory;
  /** What the agents said; `undefined` where no step has come. */
  readonly situation: () => Situation | undefined;
  /** When the VMs were read, in milliseconds since 1970. */
  readonly readAt: number;
}

export interface GuestDocumentsReader {
  /** `undefined` before VMs and users have been read. */
  latest(): GuestDocuments | undefined;
  onStep(documents: SituationDocuments, readAt: number): void;
  /** Reads what no step has brought for `afterMs`. Does not fail. */
  readIfOlder(afterMs: number): Promise<void>;
}

export interface GuestDocumentsContext {
  /** Of the whole cloud. */
  readonly sources: () => Sources;
  /** Whether a step of the accounts has all VMs. */
  readonly isWhole: () => boolean;
  readonly now: () => number;
  readonly log: Log;
}

export const createGuestDocuments = ({
  sources,
  isWhole,
  now,
  log,
}: GuestDocumentsContext): GuestDocumentsReader => {
  let users: ReadonlyMap<number, User> | undefined;
  let vms: Reading<GuestDirectory['vms']> | undefined;
  let situation: GuestDocuments['situation'] = () => undefined;
  let failure: string | undefined;

  const takeVms = (list: readonly VmWithAttributes[], readAt: number): void => {
    vms = { value: new Map(list.map((vm) => [vm.id, vm])), readAt };
  };
  const readAnew = async (afterMs: number): Promise<void> => {
    users = (await sources().users.get()).value;
    if (vms !== undefined && now() - vms.readAt < afterMs) return;
    const { value, readAt } = await sources().vms.get();
    takeVms(value, readAt);
  };
  return {
    latest: () =>
      vms === undefined || users === undefined
        ? undefined
        : { directory: { vms: vms.value, users }, situation, readAt: vms.readAt },
    onStep(documents, readAt) {
      if (isWhole()) takeVms(documents.vms, readAt);
      situation = lazily(() => situationOf(documents));
    },
    async readIfOlder(afterMs) {
      try {
        await readAnew(afterMs);
        if (failure !== undefined) log.info('guests can be served again', {});
        failure = undefined;
      } catch (thrown) {
        const reason = reasonOf(thrown);
        if (reason !== failure) log.warn('what guests need cannot be read', { error: reason });
        failure = reason;
      }
    },
  };
};
