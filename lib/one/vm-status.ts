/**
 * The state of a VM in four letters, as STAT of `onevm list` has it.
 * Source: VM_STATE, LCM_STATE and their short forms in OpenNebula's virtual_machine.rb (6.10 to 7.4).
 */
import { type Vm, vmState } from './vm.ts';

/** By number of the state. */
const states = 'init pend hold actv stop susp done fail poff unde clon fail'.split(' ');

/** By number of the LCM state, which says more of an ACTIVE VM. */
const lcmStates = [
  'init prol boot runn migr save save save migr prol epil epil shut shut fail clea unkn hotp shut boot',
  'boot boot boot clea snap hotp hotp hotp hotp shut epil prol boot hotp hotp boot fail fail fail fail',
  'fail fail fail migr fail migr fail fail fail fail fail snap snap snap snap snap snap snap snap snap',
  'migr fail drsz drsz drsz hotp hotp hotp hotp back back rest',
]
  .join(' ')
  .split(' ');

/** `undefined` where the state is not known, or newer than these lists. */
export const formatVmStatus = ({ state, lcmState }: Pick<Vm, 'state' | 'lcmState'>): string | undefined => {
  if (state === undefined) return undefined;
  const status = state === vmState.active && lcmState !== undefined ? lcmStates[lcmState] : undefined;
  return status ?? states[state];
};
