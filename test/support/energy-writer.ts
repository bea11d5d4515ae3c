/** A process that keeps accounts in the folder that it is given, and prints the VM's energy whenever it may be shown. */
import { advance } from '../../collectors/accounts/advance.ts';
import { keepEnergy } from '../../collectors/accounts/io/keep-accounts.ts';
import { counted, madeHost, madeStep, madeVm, minute, noon, rules } from './made-accounts.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const intervalMs = 20 * minute;
const [folder = ''] = process.argv.slice(2);
const kept = await keepEnergy({ folder, retentionMs: undefined, log });
for (let at = (kept.accounts().at ?? noon - intervalMs) + intervalMs; ; at += intervalMs) {
  const seconds = (at - noon) / 1000;
  const sight = counted(0, at, seconds, seconds * 100, { 7: seconds * 40 });
  const step = madeStep(at, [madeHost(0)], [madeVm(7, 0)], [[0, [sight]]]);
  await kept.advance((before) => advance(before, step, rules), step);
  process.stdout.write(`${kept.accounts().vms.get(7)?.own ?? 0}\n`);
}
