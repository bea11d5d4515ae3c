/**
 * From what the agent of a host measures to what the machine draws, and to what the site draws for it.
 *
 * They are the last factors: they change nothing in what VMs are charged, and each stands in a column of its own.
 */
import type { HostAmounts } from './accounts.ts';

export interface Factors {
  /** What the machine draws, as a multiple of what its agent measures; `undefined` where it is not known. */
  readonly supply: number | undefined;
  /** What the site draws, as a multiple of what its machines do; `undefined` where it is not known. */
  readonly pue: number | undefined;
}

type FactorAmounts = Pick<HostAmounts, 'supplyBase' | 'supply' | 'pueBase' | 'pue'>;

/** @param total in whole millijoules */
export const applyFactors = (total: number, { supply, pue }: Factors): FactorAmounts => {
  const drawn = supply === undefined ? total : Math.round(total * supply);
  return {
    supplyBase: supply === undefined ? 0 : total,
    supply: supply === undefined ? 0 : drawn,
    pueBase: pue === undefined ? 0 : drawn,
    pue: pue === undefined ? 0 : Math.round(drawn * pue),
  };
};
