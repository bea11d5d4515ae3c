/** The state of OpenNebula's services on this machine, from one `systemctl show`. */
import { defineCollector, gauge, labelled, samplesOf } from './collector.ts';

const services = [
  { name: 'oned', title: 'oned', unit: 'opennebula.service' },
  { name: 'scheduler', title: 'scheduler', unit: 'opennebula-scheduler.service' },
  { name: 'flow', title: 'Flow', unit: 'opennebula-flow.service' },
  { name: 'hem', title: 'hook manager', unit: 'opennebula-hem.service' },
  { name: 'gate', title: 'Gate', unit: 'opennebula-gate.service' },
  { name: 'fireedge', title: 'FireEdge', unit: 'opennebula-fireedge.service' },
].map(({ name, title, unit }) => ({
  unit,
  family: gauge(`opennebula_${name}_state`, `OpenNebula ${title} service state 0:down 1:up`, [
    'one_server_fqdn',
  ]),
}));

export const serverUnits: readonly string[] = services.map(({ unit }) => unit);

/** Parses `systemctl show --property=Id,ActiveState UNIT...`: blocks of `Key=value`, one for each unit. */
export const parseActiveStates = (output: string): ReadonlyMap<string, string> => {
  const states = new Map<string, string>();
  for (const block of output.split(/\n\s*\n/)) {
    const id = /^Id=(.+)$/m.exec(block)?.[1];
    const state = /^ActiveState=(.*)$/m.exec(block)?.[1];
    if (id !== undefined && state !== undefined) states.set(id, state);
  }
  return states;
};

export const serverCollector = defineCollector({
  name: 'server',
  help: "OpenNebula's systemd services",
  reads: ['servers'],
  options: {},
  families: services.map(({ family }) => family),
  collect: ({ servers: { fqdn, activeStates } }) =>
    services.map(({ unit, family }) =>
      samplesOf(
        family,
        labelled([activeStates.get(unit)], family.labels, () => [fqdn]),
        (state) => (state === undefined ? undefined : Number(state === 'active')),
      ),
    ),
});
