/** What a folder of accounts says in all, as reports would read it. */
import assert from 'node:assert/strict';
import { readLedger } from '../../collectors/accounts/io/read-ledger.ts';
import { readRows } from '../../collectors/accounts/rows.ts';

export const joulesInLedger = async (folder: string, vmId: number): Promise<number> => {
  let millijoules = 0;
  await readLedger(
    folder,
    { from: 0, to: Date.UTC(2100, 0) },
    {
      onHour: ({ body }) =>
        readRows(body, {
          onVm: () => undefined,
          onHost: () => undefined,
          onUse(id, _, own, share) {
            if (id === vmId) millijoules += own + share;
          },
          onDraw: () => undefined,
        }),
      onDamage: (file) => assert.fail(file),
    },
  );
  return millijoules / 1000;
};
