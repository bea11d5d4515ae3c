/** Whether all hypervisors can share a folder by virtiofs, read-only: libvirt can from 11 on. */
import { isHostName } from '../../../lib/host-name.ts';
import { allEnded, createLimit } from '../../../lib/io/concurrency.ts';
import { readHosts } from '../../../lib/io/read-hosts.ts';
import { runCommand } from '../../../lib/io/run-command.ts';
import { sshArgv } from '../../../lib/io/ssh.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { isKvm } from '../../../lib/one/host.ts';
import { fewOf } from '../../../lib/text/short-lists.ts';

const leastMajor = 11;
const hostsAtOnce = 16;
/** Its own version, and not that of the client's library. */
const command = 'virsh --connect qemu:///system version --daemon';
const options = ['ControlMaster=no', 'ForwardX11=no'];

/** The major version of libvirt on a host; `undefined` where it does not say. */
const readMajor = async (host: string, timeoutMs: number): Promise<number | undefined> => {
  if (!isHostName(host)) return undefined;
  const argv = sshArgv({ host, command, connectTimeoutMs: timeoutMs / 2, options });
  const output = await runCommand(['ssh', ...argv], timeoutMs).catch(() => '');
  const [, major] = /daemon: (\d+)\./.exec(output) ?? [];
  return major === undefined ? undefined : Number(major);
};

/** Why virtiofs cannot be taken; `undefined` where it can. A VM may come to any host. */
export const readVirtiofsProblem = async (
  client: XmlRpcClient,
  timeoutMs: number,
): Promise<string | undefined> => {
  const hosts = (await readHosts(client)).filter(isKvm);
  const limit = createLimit(hostsAtOnce);
  const versions = await allEnded(
    hosts.map(({ name }) => limit(async () => ({ name, major: await readMajor(name, timeoutMs) }))),
  );
  const old = versions.filter(({ major }) => major !== undefined && major < leastMajor);
  const unknown = versions.filter(({ major }) => major === undefined);
  if (old.length > 0)
    return `virtiofs cannot be shared read-only before libvirt ${leastMajor}, and older are ${fewOf(old.map(({ name, major }) => `${name} (${major})`))}; take --filesystem 9p`;
  if (unknown.length > 0)
    return `the version of libvirt is not known on ${fewOf(unknown.map(({ name }) => name))} (virtiofs cannot be shared read-only before ${leastMajor}); take --filesystem 9p, or try again as oneadmin, when those hosts answer`;
  return hosts.length === 0 ? 'there is no host that runs KVM; take --filesystem 9p' : undefined;
};
