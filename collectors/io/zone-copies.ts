/**
 * The accounts in a zone of several front-ends: the one that leads counts and shows them, the others take copies.
 *
 * A new leader first looks whether another front-end has come further than itself, and goes on from there. What it shows
 * is on the disks of a majority, so that the next leader shows no less.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { allEnded } from '../../lib/io/concurrency.ts';
import type { WebHandlers } from '../../lib/io/web-answers.ts';
import type { Log } from '../../lib/log/log.ts';
import type { RaftMember } from '../../lib/one/zone.ts';
import { type AccountsCopy, type FolderCopy, isNewer } from '../accounts/copy.ts';
import type { KeptEnergy } from '../accounts/io/keep-accounts.ts';
import { createShown, type Shown } from '../accounts/shown-accounts.ts';
import type { HaStates } from '../collector.ts';
import { isWriter, type ZoneRole, zoneRoleOf } from '../zone-role.ts';
import { type CopyAskerContext, createCopyAsker } from './ask-copies.ts';
import { copyHandlers } from './serve-copies.ts';
import type { Source } from './source.ts';

/** So many copies a follower may miss before its leader does not wait for it any more. */
const patience = 3;

/** The folder of this front-end. */
export interface CopiedAccounts extends Pick<KeptEnergy, 'progress' | 'copy' | 'readDay'> {
  /** Goes on from another front-end's. */
  readonly take: (copy: FolderCopy, fetchDay: Parameters<KeptEnergy['take']>[1]) => Promise<void>;
}

export interface ZoneCopiesContext<T> extends CopyAskerContext {
  readonly accounts: () => CopiedAccounts | undefined;
  /** What of a copy is shown, once it may be. */
  readonly shownOf: (copy: FolderCopy) => T;
  readonly intervalMs: () => number;
  readonly now: () => number;
  readonly log: Log;
}

/** Whether this front-end counts, and since which election. */
export type Turn = { readonly counts: true; readonly term?: number } | { readonly counts: false };

export interface ZoneCopies<T> {
  readonly handlers: WebHandlers;
  /** Does what is to be done before a step: takes copies, or goes on from that of another. */
  turn(ha: Source<HaStates>, accounts: CopiedAccounts): Promise<Turn>;
  /** What may be shown of what is counted. */
  choose(current: { readonly at: number; readonly value: T }): T | undefined;
  /** Up to when the accounts are counted that this front-end has copied, in milliseconds since 1970. */
  copiedUpTo(): number | undefined;
  /** Whether what was chosen still is to be shown: in a zone of several front-ends, only while this one leads it. */
  isShown(): boolean;
}

export const createZoneCopies = <T>(context: ZoneCopiesContext<T>): ZoneCopies<T> => {
  const { accounts, shownOf, intervalMs, now, log } = context;
  const asker = createCopyAsker(context);
  let role: ZoneRole = { kind: 'alone' };
  /** The election since which this front-end has looked for newer accounts, and counts. */
  let ledTerm: number | undefined;
  let shown: Shown<T> = createShown();
  let copiedAt = Number.NEGATIVE_INFINITY;
  let told = '';

  /** Says it once. */
  const tell = (level: 'info' | 'warn', message: string, fields: Readonly<Record<string, string>>): void => {
    const text = JSON.stringify([message, fields]);
    if (text !== told) log[level](message, fields);
    told = text;
  };
  const takeFrom = async (
    member: RaftMember,
    ownId: number,
    copy: AccountsCopy,
    own: CopiedAccounts,
  ): Promise<void> => {
    await own.take(copy, (day) => asker.readDay(member, day));
    await asker.tellTaken(member, ownId, copy);
  };
  /** What another front-end has come to; `undefined` where it does not tell. */
  const askOther = async (member: RaftMember, ownId: number) => {
    try {
      return { member, copy: await asker.readCopy(member, ownId) };
    } catch (thrown) {
      log.debug('a front-end of the zone gives no copy of its accounts', {
        server: member.name,
        error: reasonOf(thrown),
      });
      return undefined;
    }
  };
  /** The newest accounts of the zone, before this front-end counts. */
  const takeOver = async (
    { serverId, term, others }: ZoneRole & { kind: 'leader' },
    own: CopiedAccounts,
  ): Promise<void> => {
    shown = createShown();
    const answers = await allEnded(others.map((member) => askOther(member, serverId)));
    const found = answers.flatMap((one) => (one === undefined ? [] : [one]));
    for (const { member } of found) shown.hear(member.id ?? -1, now());
    const [newest] = found.sort(({ copy: one }, { copy: other }) => (isNewer(other, one) ? 1 : -1));
    if (newest !== undefined && isNewer(newest.copy, own.progress())) {
      await takeFrom(newest.member, serverId, newest.copy, own);
      log.info('the accounts of energy of another front-end are newer and go on here', {
        server: newest.member.name,
      });
    }
    ledTerm = term;
    tell('info', 'this front-end leads the zone: it keeps the accounts of energy', {});
  };
  const follow = async (
    { serverId, leader }: ZoneRole & { kind: 'follower' },
    own: CopiedAccounts,
  ): Promise<void> => {
    if (now() - copiedAt < intervalMs()) return;
    copiedAt = now();
    try {
      const copy = await asker.readCopy(leader, serverId);
      // A leader that was elected a moment ago has not looked yet whether this one has come further.
      if (isNewer(own.progress(), copy)) return;
      await takeFrom(leader, serverId, copy, own);
      tell('info', 'the accounts of energy are copied from the leader of the zone', { server: leader.name });
    } catch (thrown) {
      tell('warn', 'the accounts of energy cannot be copied from the leader of the zone', {
        server: leader.name,
        error: reasonOf(thrown),
      });
    }
  };
  return {
    handlers: copyHandlers({
      credentials: context.credentials,
      readCopy(serverId) {
        const own = accounts();
        if (own === undefined) return undefined;
        shown.hear(serverId, now());
        return own.copy().then((copy) => {
          if (role.kind === 'leader') shown.offer({ at: copy.at, value: shownOf(copy) });
          return { ...copy, shard: context.shard() };
        });
      },
      readDay: async (name, size) => accounts()?.readDay(name, size),
      onTaken(serverId, { term, at }) {
        if (role.kind === 'leader' && term === role.term) shown.take(serverId, at);
      },
    }),
    async turn(ha, own) {
      try {
        role = zoneRoleOf((await ha.get()).value);
      } catch (thrown) {
        // Another may lead the zone by now; where there is no other, there is nobody to show anything twice.
        if (role.kind !== 'alone') role = { kind: 'none', reason: reasonOf(thrown) };
        throw thrown;
      }
      if (role.kind === 'alone') return { counts: true };
      if (role.kind === 'leader') {
        if (ledTerm !== role.term) await takeOver(role, own);
        return { counts: true, term: role.term };
      }
      ledTerm = undefined;
      if (role.kind === 'follower') await follow(role, own);
      else tell('warn', 'energy is not counted by this front-end', { reason: role.reason });
      return { counts: false };
    },
    copiedUpTo: () => (role.kind === 'follower' ? accounts()?.progress().at : undefined),
    isShown: () => isWriter(role),
    choose(current) {
      if (role.kind !== 'leader') return role.kind === 'alone' ? current.value : undefined;
      const needed = Math.floor((role.others.length + 1) / 2);
      return shown.choose(current, needed, now(), patience * intervalMs());
    },
  };
};
