/** Whether what the exporter pushes into OpenNebula's own monitoring arrives there: one VM is read back. */
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict } from './finding.ts';

export interface MonitoringFacts {
  /** VMs with a value in the last push; `undefined` where nothing is pushed. */
  readonly pushedVms: number | undefined;
  readonly vmId: number | undefined;
  /** What the monitoring of that VM has; '' for what it has not. */
  readonly found: Attempt<{ readonly power: string; readonly powerTime: string }> | undefined;
  readonly intervalMs: number;
  readonly now: Date;
}

/** Pushes that may be missing: a datagram may be lost, and an agent may be silent once. */
const missedPushes = 3;
const repair = "see --monitoring.address, PORT in monitord.conf's NETWORK, and monitor.log on the leader";

export const judgeMonitoring = (facts: MonitoringFacts): readonly Verdict[] => {
  const { pushedVms, vmId, found, intervalMs, now } = facts;
  if (pushedVms === undefined)
    return [skipped("no power is pushed into OpenNebula's monitoring (--monitoring.push)")];
  if (vmId === undefined || found === undefined)
    return [skipped('no VM draws power that could be read back')];
  if (!('value' in found)) return [judgeProblem(found, repair)];
  const { power, powerTime } = found.value;
  if (power === '' || powerTime === '')
    return [failure(`the exporter pushes power, but the monitoring of VM ${vmId} has no POWER`, repair)];
  const ageSeconds = Math.round(now.getTime() / 1000 - Number(powerTime));
  return ageSeconds <= ((missedPushes + 1) * intervalMs) / 1000
    ? [ok(`power of ${pushedVms} VMs is pushed; VM ${vmId} has ${power} W, ${ageSeconds} s old`)]
    : [
        failure(
          `POWER in the monitoring of VM ${vmId} is ${ageSeconds} s old: what is pushed does not arrive`,
          repair,
        ),
      ];
};
