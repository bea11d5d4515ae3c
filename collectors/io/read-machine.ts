/** Reads what this machine knows of itself: its name, systemd's units, OpenNebula's backup state. */
import { lookup, lookupService } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { runCommand } from '../../lib/io/run-command.ts';
import type { ServerStates } from '../collector.ts';
import { collectorError } from '../errors.ts';
import { parseActiveStates, serverUnits } from '../server.ts';

const systemctlTimeoutMs = 5000;

const fqdnTimeoutMs = 1000;

/** The name that the address of the host name resolves back to, as the stock exporter has it. */
const resolveFqdn = async (): Promise<string> => {
  const { address } = await lookup(hostname());
  return (await lookupService(address, 0)).hostname;
};

/** Asked for until it is known, then never again. While resolvers are silent the bare host name has to do. */
export const createFqdn = (): (() => Promise<string>) => {
  let known: string | undefined;
  let resolving: Promise<void> | undefined;
  return async () => {
    if (known !== undefined) return known;
    resolving ??= resolveFqdn()
      .then((name) => {
        known = name;
      })
      .catch(() => undefined)
      .finally(() => {
        resolving = undefined;
      });
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, fqdnTimeoutMs).unref());
    await Promise.race([resolving, timeout]);
    return known ?? hostname();
  };
};

export const readServers = async (fqdn: () => Promise<string>): Promise<ServerStates> => {
  const output = await runCommand(
    ['systemctl', 'show', '--property=Id,ActiveState', ...serverUnits],
    systemctlTimeoutMs,
  );
  return { fqdn: await fqdn(), activeStates: parseActiveStates(output) };
};

/** The parsed state file; `undefined` where there is none or where it is empty. */
export const readBackupState = async (path: string): Promise<unknown> => {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw collectorError('COLLECTOR_INPUT', { path, detail: reasonOf(thrown) }, thrown);
  }
  if (content.trim() === '') return undefined;
  try {
    return JSON.parse(content);
  } catch (thrown) {
    throw collectorError('COLLECTOR_INPUT', { path, detail: reasonOf(thrown) }, thrown);
  }
};
