/** Finds out where a guest runs after the session of its migration has broken off. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Argv } from '../../lib/remote-command.ts';
import { endMigrationScript } from '../guard-script.ts';
import { type GuestAnswer, readGuestAnswer, whereGuestRuns } from '../guard-session.ts';
import type { MigrationRequest } from '../request.ts';
import { type Hosts, isUncertain } from './hosts.ts';

export interface GuestFinding {
  readonly at: 'source' | 'destination' | undefined;
  /** What the hosts said last. */
  readonly said: string;
}

/** Between two rounds of questions. */
const pauseMs = 1000;

const askHost = async (hosts: Hosts, host: string, argv: Argv): Promise<GuestAnswer> => {
  const end = await hosts.run(host, argv);
  // The next question needs another connection.
  if (isUncertain(end.status)) hosts.disconnect(host);
  return readGuestAnswer(end);
};

/** Ends what is still under way, and asks both hosts until it is known, for `limitMs` at most. */
export const findGuest = async (
  hosts: Hosts,
  { deployId, vmId, source, destination }: MigrationRequest,
  limitMs: number,
): Promise<GuestFinding> => {
  const endMigration: Argv = ['sh', '-c', endMigrationScript, 'migrate_tunnel', deployId, String(vmId)];
  const askState: Argv = [
    ...(['env', 'LC_ALL=C', 'timeout', '-k', '2', '8'] as const),
    ...['virsh', '-q', '-c', 'qemu:///system', 'domstate', deployId],
  ];
  const deadline = performance.now() + limitMs;
  hosts.disconnect(source);
  for (;;) {
    const [here, there] = await Promise.all([
      askHost(hosts, source, endMigration),
      askHost(hosts, destination, askState),
    ]);
    const at = whereGuestRuns(here, there);
    const said = `${source}: ${here.said}; ${destination}: ${there.said}`;
    if (at !== undefined || performance.now() + pauseMs >= deadline) return { at, said };
    await delay(pauseMs);
  }
};
