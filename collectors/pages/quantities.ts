/** Amounts as people read them; the page's script uses the same functions. What is not known is a dash. */

export const unknown = '–';

const grouped = (value: number, decimals: number): string => {
  const [whole = '', rest] = value.toFixed(decimals).split('.');
  const spaced = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, '\u202f');
  return rest === undefined ? spaced : `${spaced}.${rest}`;
};

/** A small amount with a decimal, a large one without. */
const formatAmount = (value: number | undefined, smallBelow: number, decimals: number): string =>
  value === undefined ? unknown : grouped(value, Math.abs(value) < smallBelow ? decimals : 0);

export const formatWatts = (watts: number | undefined): string => formatAmount(watts, 1000, 1);
export const formatKilowattHours = (kwh: number | undefined): string => formatAmount(kwh, 10_000, 3);
export const formatRatio = (ratio: number | undefined): string =>
  ratio === undefined ? unknown : `${(ratio * 100).toFixed(1)} %`;
/** Rounded down: what was not measured wholly never shows as 100 %. */
export const formatCoverage = (ratio: number | undefined): string =>
  ratio === undefined ? unknown : `${(Math.floor(ratio * 1000) / 10).toFixed(1)} %`;
