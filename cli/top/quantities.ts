/** Power, energy, costs, shares and ages in few characters. Of what is not known there is no text: its place says why. */

import type { Charset } from '../../lib/text/display-text.ts';
import type { Watts } from '../../lib/units/units.ts';
import type { Cost } from './hosts.ts';

/** In a column of nine: never cut, since what is left of a number that is cut is another number. */
export const formatWatts = (watts: Watts): string => {
  if (watts >= 999_999_999) return watts.toExponential(2);
  return watts.toFixed(watts < 99_999 ? 2 : 0);
};

/** A sum, with its unit. */
export const formatPower = (watts: Watts | undefined): string => {
  if (watts === undefined) return '- W';
  if (watts < 999.95) return `${watts.toFixed(1)} W`;
  return watts < 999_995 ? `${(watts / 1e3).toFixed(2)} kW` : `${(watts / 1e6).toFixed(2)} MW`;
};

/** In a column of ten. */
export const formatEnergy = (kwh: number | undefined): string => {
  if (kwh === undefined) return '-';
  if (kwh < 0.99995) return `${(kwh * 1e3).toFixed(1)} Wh`;
  if (kwh < 999.995) return `${kwh.toFixed(2)} kWh`;
  if (kwh < 999_995) return `${(kwh / 1e3).toFixed(2)} MWh`;
  const gwh = kwh / 1e6;
  return `${gwh < 9999.5 ? gwh.toPrecision(4) : gwh.toExponential(0)} GWh`;
};

/** In a column of twelve. */
export const formatCost = (cost: Cost | undefined): string => {
  if (cost === undefined) return '-';
  const { amount, currency } = cost;
  if (amount >= 9_999_999.5) return `${amount.toExponential(2)} ${currency}`;
  return `${amount.toFixed(amount < 0.99995 ? 4 : amount < 99_999.995 ? 2 : 0)} ${currency}`;
};

/** In a column of six. */
export const formatShare = (share: number | undefined): string => {
  if (share === undefined) return '-';
  const percent = share * 100;
  if (percent > 9999) return '>9999%';
  return percent < 999.95 ? `${percent.toFixed(1)}%` : `${percent.toFixed(0)}%`;
};

export const formatAge = (ageMs: number): string => {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
};

const levels: Readonly<Record<Charset, readonly string[]>> = {
  'utf-8': [...'▁▂▃▄▅▆▇█'],
  ascii: [...'_.:-=+*#'],
};

/** The last samples, from 0 to the largest of them; a blank where nothing was known. */
export const formatTrend = (
  samples: readonly (number | undefined)[],
  width: number,
  charset: Charset = 'utf-8',
): string => {
  const last = samples.slice(-width);
  const most = Math.max(...last.map((sample) => sample ?? 0), Number.MIN_VALUE);
  const steps = levels[charset];
  const shown = last.map((sample) =>
    sample === undefined ? ' ' : (steps[Math.round((sample / most) * (steps.length - 1))] ?? ' '),
  );
  return shown.join('').padStart(width);
};
