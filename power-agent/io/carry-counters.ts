/** Guests' counters on their way between hosts: asks for those of VMs that come here, and tells those of VMs that go. */
import type { WebAnswer, WebHandler } from '../../lib/io/web-answers.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Accounts } from '../accounts.ts';
import { formatCarriedCounter, parseCounterQuestion } from '../carried-counter.ts';
import { keyOf } from '../vm-times.ts';
import { createArrivals } from './arrivals.ts';
import type { GuestTrees } from './guest-trees.ts';

export interface CarryCounters {
  /** Of all guests. */
  readonly folder: string;
  readonly procfs: string;
  /** On which this agent and those of other hosts listen. */
  readonly port: number;
  readonly trees: GuestTrees;
  /** As they are now. */
  readonly accounts: () => Accounts;
  /** When the host was read last: a VM that was seen then runs. */
  readonly readAt: () => number;
  readonly log: Log;
}

export interface CarriedCounters {
  /** What another agent asks for. */
  readonly tell: WebHandler;
  /** Asks other agents once. */
  readonly follow: () => Promise<void>;
}

const answer = (status: number, body: string): WebAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body,
});

export const carryCounters = (carry: CarryCounters): CarriedCounters => {
  const { trees, accounts, readAt } = carry;
  const joulesOf = (key: string): number => accounts().vms.get(key)?.energyJoules ?? 0;
  const runsHere = (key: string): boolean => accounts().vms.get(key)?.seenAt === readAt();
  const arrivals = createArrivals({ ...carry, joulesOf, runsHere });
  return {
    follow: arrivals.follow,
    tell(_headers, query) {
      const question = parseCounterQuestion(query);
      if (question === undefined || arrivals.isOwn(question)) return answer(404, 'No such VM\n');
      const key = keyOf(question);
      const told = trees.tell(key, joulesOf(key), question.microjoules);
      return told === undefined ? answer(404, 'No such VM\n') : answer(200, formatCarriedCounter(told));
    },
  };
};
