/** CSV for spreadsheets: a name is never a formula. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { defaultQuery } from '../../../collectors/pages/page-query.ts';
import { csvCell, formatPowerCsv } from '../../../collectors/pages/power-csv.ts';
import { selectRows } from '../../../collectors/pages/selection.ts';
import { madeModel, madeVm } from './made-page.ts';

/** Cells as RFC 4180 has them. */
const parseCsv = (csv: string): readonly (readonly string[])[] => {
  const rows: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/y;
  while (cell.lastIndex < csv.length) {
    const [, raw = '', end] = cell.exec(csv) ?? assert.fail(csv);
    rows.at(-1)?.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
};

const names = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .tuple(
      fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' =', '\v\r', '＝', '"=', '\u00a0@'),
      fc.string(),
    )
    .map((parts) => parts.join('')),
);

test('P3: every cell is read back, and none begins a formula', () => {
  fc.assert(
    fc.property(names, names, (name, owner) => {
      const model = madeModel([
        madeVm({ name, owner }),
        madeVm({ id: 2, watts: undefined, reason: 'no_host' }),
      ]);
      const rows = parseCsv(formatPowerCsv(selectRows(model, defaultQuery)));
      assert.equal(rows.length, 3);
      for (const row of rows) {
        assert.equal(row.length, 9);
        for (const one of row) assert.doesNotMatch(one, /^\s*[=+\-@＝＋－＠\t\r]/u);
      }
      assert.equal(rows[1]?.[1]?.replace(/^'/, ''), name.replace(/^'/, ''));
      assert.deepEqual(rows[2]?.slice(6), ['', 'no_host', '']);
    }),
  );
});

test('P3: hosts and owners have tables of their own', () => {
  const model = madeModel([madeVm()]);
  assert.equal(
    formatPowerCsv(selectRows(model, { ...defaultQuery, table: 'owners' })),
    'owner,energy_kwh,co2_kg,cost,coverage_ratio\r\nalice,1,,,1\r\n',
  );
  assert.match(
    formatPowerCsv(selectRows(model, { ...defaultQuery, table: 'hosts' })),
    /^id,name,cluster,.*idle_watts/,
  );
});

test('P3: what is known stays a number', () => assert.equal(csvCell(-1.5), '-1.5'));
