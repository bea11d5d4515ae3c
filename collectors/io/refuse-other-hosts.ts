/** Refuses what the power agents of other machines answer, and says once of which hosts. */
import type { Log } from '../../lib/log/log.ts';
import type { Host } from '../../lib/one/host.ts';
import type { Documents } from '../collector.ts';
import { isMisled, refuseOtherHosts } from '../other-host.ts';
import type { Source } from './source.ts';

const mostNames = 20;

export const createOtherHostFilter = (vms: Source<Documents['vms']>, log: Log) => {
  let told = '';
  /** None where they cannot be read: the agents are known all the same. */
  const knownVms = (): Promise<Documents['vms']> =>
    vms.get().then(
      ({ value }) => value,
      () => [],
    );
  return async (hosts: readonly Host[], answers: Documents['agents']): Promise<Documents['agents']> => {
    const believed = refuseOtherHosts(answers, await knownVms());
    const names = hosts.flatMap(({ id, name }) => (isMisled(believed.get(id) ?? []) ? [name] : []));
    const all = names.join(' ');
    if (all !== told && all !== '')
      log.warn('the power agents of other machines answer for hosts, whose names lead to wrong addresses', {
        hosts: names.slice(0, mostNames).join(' '),
      });
    told = all;
    return believed;
  };
};
