/** Pages of opennebula-power-agent, which has watched a host whose energy is known. */
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { noAccounts } from '../../power-agent/accounts.ts';
import { formatFamilies } from '../../power-agent/families.ts';
import { advanceAgent, beginAgent } from '../../power-agent/step.ts';
import { type MadeLoad, madeEnergy } from './made-energy.ts';

/** An agent on a made host: its pages after so many seconds of a load. */
export const madeAgent = (meter = 'rapl') => {
  const host = madeEnergy();
  let state = beginAgent(noAccounts);
  return (seconds: number, load: MadeLoad): string => {
    for (let passed = 0; passed < seconds; passed += 1) {
      const { meter: reading, ...others } = host.run(1, load);
      state = advanceAgent(state, { ...others, meter: meter === 'none' ? undefined : reading });
    }
    const shown = { version: '0.1.0', meter, cpus: 16, readAt: state.last?.now ?? 0 };
    return encodeFamilies(formatFamilies(state.accounts, shown), 'prometheus').toString();
  };
};
