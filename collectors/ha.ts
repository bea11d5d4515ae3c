/** RAFT state of the front-ends of a highly available zone; a single front-end has no samples. */
import { type RaftStatus, raftState } from '../lib/one/zone.ts';
import { defineCollector, gauge, type HaStates, labelled, samplesOf } from './collector.ts';

const isSound = (status: RaftStatus | undefined): boolean =>
  status?.state === raftState.leader || status?.state === raftState.follower;

const labels = ['one_server_fqdn'];
const families = [
  {
    family: gauge('opennebula_ha_is_leader', 'This server is RAFT leader (1) or not (0)', labels),
    value: ({ own }: HaStates) => Number(own?.state === raftState.leader),
  },
  {
    family: gauge(
      'opennebula_ha_error_members',
      'Number of HA members with failed or unexpected RAFT state',
      labels,
    ),
    value: ({ zones }: HaStates) => zones.flat().filter(({ status }) => !isSound(status)).length,
  },
  {
    family: gauge('opennebula_ha_members', 'Total number of HA members reported by zone pool', labels),
    value: ({ zones }: HaStates) => zones.flat().length,
  },
];

export const haCollector = defineCollector({
  name: 'ha',
  help: 'RAFT state of the front-ends of a highly available zone',
  reads: ['ha'],
  options: {},
  families: families.map(({ family }) => family),
  collect: ({ ha }) => {
    const zones = labelled(ha.zones.flat().length === 0 ? [] : [ha], labels, ({ fqdn }) => [fqdn]);
    return families.map(({ family, value }) => samplesOf(family, zones, value));
  },
});
