/** Writes a host's page as opennebula-power-agent does. Its counters are the integral of what the cloud draws. */
import { emptyPowerModel, learntFrom, observePower } from '../lib/power-model/power-model.ts';
import { encodeFamilies } from '../lib/prometheus/exposition.ts';
import { type Accounts, noAccounts, type VmAccount } from '../power-agent/accounts.ts';
import { formatFamilies } from '../power-agent/families.ts';
import { keyOf } from '../power-agent/vm-times.ts';
import { meanMicrowatts, type SimulatedHost, type SimulatedVm } from './cloud.ts';

const cpus = 64;
const meanWatts = meanMicrowatts / 1e6;
/** What busy CPUs draw, of all that a host draws. */
const marginalPart = 0.6;

const accountOf = ({ load, loadSeconds }: SimulatedVm, passed: number, readAt: number): VmAccount => {
  const seconds = loadSeconds + load * passed;
  const energyJoules = meanWatts * seconds;
  return {
    cpuSeconds: cpus * seconds,
    energyJoules,
    marginalJoules: marginalPart * energyJoules,
    seenAt: readAt,
  };
};

/** Learnt long ago: five levels of use, on a line. */
const learnt = learntFrom(
  Array.from({ length: 400 }, (_, at) => (at % 5) * (cpus / 5)).reduce(
    (model, busy) => observePower(model, busy, meanWatts * (0.5 + (0.8 * busy) / cpus)),
    emptyPowerModel(cpus),
  ),
);

const keyOfVm = ({ id }: SimulatedVm): string =>
  keyOf({ domain: `one-${id}`, uuid: `11111111-2222-4333-8444-${String(id).padStart(12, '0')}` });

/** @param passed seconds for which the cloud has been as it is here */
export const formatOnepowerPage = (
  host: SimulatedHost,
  vms: readonly SimulatedVm[],
  passed: number,
): Buffer => {
  const readAt = host.energyMicrojoules / meanMicrowatts + passed;
  const hostJoules = meanWatts * readAt;
  const busy = vms.reduce((sum, { load }) => sum + load, 0);
  const accounts: Accounts = {
    ...noAccounts,
    learnt,
    vms: new Map(vms.map((vm) => [keyOfVm(vm), accountOf(vm, passed, readAt)])),
    zones: new Map(
      ['package-0', 'package-1'].map((zone) => [
        zone,
        { joules: hostJoules / 2, isCounted: true, errors: 0 },
      ]),
    ),
    hostJoules,
    idleJoules: hostJoules * (1 - busy),
    cpu: { ...noAccounts.cpu, user: cpus * readAt * busy, idle: cpus * readAt * (1 - busy) },
  };
  return encodeFamilies(
    formatFamilies(accounts, { version: '0.1.0', meter: 'rapl', cpus, readAt }),
    'prometheus',
  );
};
