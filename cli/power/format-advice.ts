/** The advice as a table with commands, or as JSON. */

import { cleanLine, formatColumns } from '../../lib/text/terminal-text.ts';
import { sumOfKnown } from '../../lib/units/known-sum.ts';
import type { Advice, Emptying } from './advice.ts';

/** A twelfth of a year of 365.25 days. */
const hoursPerMonth = 730.5;

/** What a host that is off would save in a month; `undefined` where it is not known. */
export const savingOf = (
  { host: { idleWatts, carbonIntensity, pricePerKwh: ownPrice } }: Emptying,
  pricePerKwh: number | undefined,
) => {
  const kwh = idleWatts === undefined ? undefined : (idleWatts * hoursPerMonth) / 1000;
  const times = (factor: number | undefined): number | undefined =>
    kwh === undefined || factor === undefined ? undefined : kwh * factor;
  return {
    idleWatts,
    kwh,
    co2Kg: times(carbonIntensity === undefined ? undefined : carbonIntensity / 1000),
    cost: times(pricePerKwh ?? ownPrice),
  };
};

const amount = (value: number | undefined, digits = 1): string =>
  value === undefined ? '-' : value.toFixed(digits);

export const formatAdvice = ({ emptyings, staying }: Advice, pricePerKwh: number | undefined): string => {
  if (emptyings.length === 0) {
    return [
      'No host can be emptied.',
      ...staying.map(({ host, because }) => `${cleanLine(host.name)}: ${because}`),
    ]
      .map((line) => `${line}\n`)
      .join('');
  }
  const savings = emptyings.map((one) => savingOf(one, pricePerKwh));
  const cells = (saving: ReturnType<typeof savingOf>): readonly string[] => [
    amount(saving.idleWatts),
    amount(saving.kwh),
    amount(saving.co2Kg),
    amount(saving.cost, 2),
  ];
  const total = {
    idleWatts: sumOfKnown(savings.map(({ idleWatts }) => idleWatts)),
    kwh: sumOfKnown(savings.map(({ kwh }) => kwh)),
    co2Kg: sumOfKnown(savings.map(({ co2Kg }) => co2Kg)),
    cost: sumOfKnown(savings.map(({ cost }) => cost)),
  };
  const table = formatColumns([
    ['HOST', 'VMS', 'IDLE_W', 'KWH_MONTH', 'CO2_KG', 'COST'],
    ...emptyings.map(({ host, moves }, at) => [
      cleanLine(host.name),
      String(moves.length),
      ...cells(savings[at] ?? savingOf({ host, moves }, pricePerKwh)),
    ]),
    ['TOTAL', String(emptyings.reduce((sum, { moves }) => sum + moves.length, 0)), ...cells(total)],
  ]);
  const commands = emptyings.flatMap(({ host, moves }) => [
    ...moves.map(
      ({ vm, to }) =>
        `onevm migrate --live ${vm.id} ${to.id}  # ${cleanLine(vm.name)} to ${cleanLine(to.name)}`,
    ),
    `onehost offline ${host.id}  # ${cleanLine(host.name)}, when it is empty`,
  ]);
  return `${table}\n${commands.join('\n')}\n`;
};

export const formatAdviceJson = ({ emptyings, staying }: Advice, pricePerKwh: number | undefined): string =>
  `${JSON.stringify(
    {
      emptyings: emptyings.map((one) => ({
        host_id: one.host.id,
        host: one.host.name,
        ...(({ idleWatts, kwh, co2Kg, cost }) => ({
          idle_watts: idleWatts ?? null,
          kwh_month: kwh ?? null,
          co2_kg_month: co2Kg ?? null,
          cost_month: cost ?? null,
        }))(savingOf(one, pricePerKwh)),
        moves: one.moves.map(({ vm, to }) => ({ vm_id: vm.id, vm: vm.name, host_id: to.id, host: to.name })),
      })),
      staying: staying.map(({ host, because }) => ({ host_id: host.id, host: host.name, because })),
    },
    null,
    2,
  )}\n`;
