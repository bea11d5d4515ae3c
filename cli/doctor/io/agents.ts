/** The exporter's page and the hosts, as others have read them, and EMULATOR of KVM's driver. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AgentFacts } from '../agents.ts';
import type { Surroundings } from '../check.ts';
import { parseEmulator } from '../emulator.ts';
import { attempt } from './attempt.ts';

/** Agents are not asked again. */
export const probeAgents = async ({
  exporterPage,
  hosts,
  places,
}: Pick<Surroundings, 'exporterPage' | 'hosts' | 'places'>): Promise<AgentFacts> => {
  const emulatorFile = path.join(places.etc, 'vmm_exec/vmm_exec_kvm.conf');
  const [page, all, emulator] = await Promise.all([
    exporterPage(),
    hosts(),
    attempt(async () => parseEmulator(await readFile(emulatorFile, 'utf8'))),
  ]);
  return { page, hosts: all, emulatorFile, emulator };
};
