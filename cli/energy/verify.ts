/** `oneext energy verify`: whether the ledger is whole, and the VMs of each host come to the host. */
import { readRows } from '../../collectors/accounts/rows.ts';
import { defineVerb, usageError } from '../command.ts';
import { cliError } from '../errors.ts';
import { createBalance } from './balance.ts';
import { periodOptions } from './energy-options.ts';
import { describeDouble, findLedgers, readFolder } from './io/read-hours.ts';
import { type Period, periodOf } from './period.ts';

const allTime: Period = { from: 0, to: Date.UTC(9999, 11, 31) };

export const verify = defineVerb({
  name: 'verify',
  summary: 'compare the energy of VMs with that of their hosts, and look for damage',
  operands: '',
  details: `For each hour and each host, the energy of the VMs and the rest must sum to the energy of the host. The exit code
is 1 if they do not, if a part of the ledger is damaged, or if two exporters with accounts in this folder counted the
same host at the same time. Without --month, --from and --to, the whole ledger is read.`,
  options: periodOptions,
  run: async ({ options }, terminal) => {
    const isAll = [options.month, options.from, options.to].every((given) => given === undefined);
    const period = isAll ? allTime : periodOf(options, terminal.now());
    if (typeof period === 'string') throw usageError(period);
    const folder = options['energy.directory'];
    const { parts, doubles } = await findLedgers([{ zone: undefined, folder }], period);
    const balance = createBalance();
    const hours = new Set<number>();
    let faults = 0;
    const tell = (line: string): void => {
      faults += 1;
      terminal.writeResult(`${line}\n`);
    };
    for (const part of parts)
      await readFolder(part.folder, period, {
        onHour({ body, hour }, isInRange) {
          if (!isInRange) return;
          hours.add(hour);
          readRows(body, balance.visitor);
          const at = new Date(hour).toISOString();
          for (const hostId of balance.close())
            tell(`${at}: the VMs of host ${hostId} and the rest do not sum to the energy of the host`);
        },
        onDamage: (file, damages) => tell(`${file}: damaged in ${damages} place(s)`),
      });
    for (const double of doubles) tell(`two exporters counted at the same time: ${describeDouble(double)}`);
    if (faults > 0) throw cliError('ENERGY_FAULTY', { path: folder, faults });
    terminal.writeResult(
      `${hours.size} hour(s) of ${folder} are whole, and VMs and rest sum to their hosts\n`,
    );
  },
});
