/** RAFT state of the front-ends of a highly available zone; a single front-end has no samples. */
import { raftState } from '../lib/one/zone.ts';
import { defineCollector, gauge, type HaStates, labelled, samplesOf } from './collector.ts';

/** Whether this front-end leads its zone; in a zone of one front-end, that is it. */
export const isLeader = ({ memberStates, ownState }: HaStates): boolean =>
  memberStates.length === 0 || ownState === raftState.leader;

const labels = ['one_server_fqdn'];
const families = [
  {
    family: gauge('opennebula_ha_is_leader', 'This server is RAFT leader (1) or not (0)', labels),
    value: ({ ownState }: HaStates) => Number(ownState === raftState.leader),
  },
  {
    family: gauge(
      'opennebula_ha_error_members',
      'Number of HA members with failed or unexpected RAFT state',
      labels,
    ),
    value: ({ memberStates }: HaStates) =>
      memberStates.filter((state) => state !== raftState.leader && state !== raftState.follower).length,
  },
  {
    family: gauge('opennebula_ha_members', 'Total number of HA members reported by zone pool', labels),
    value: ({ memberStates }: HaStates) => memberStates.length,
  },
];

export const haCollector = defineCollector({
  name: 'ha',
  help: 'RAFT state of the front-ends of a highly available zone',
  reads: ['ha'],
  options: {},
  families: families.map(({ family }) => family),
  collect: ({ ha }) => {
    const zones = labelled(ha.memberStates.length === 0 ? [] : [ha], labels, ({ fqdn }) => [fqdn]);
    return families.map(({ family, value }) => samplesOf(family, zones, value));
  },
});
