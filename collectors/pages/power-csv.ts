/** A table of the page as CSV (RFC 4180). What is not known is empty. */
import { type Column, hostColumns, ownerColumns, vmColumns } from './columns.ts';
import type { Selection } from './selection.ts';

/** Spreadsheets take a cell that begins so for a formula, also behind spaces and in the wide forms of the signs. */
const formula = /^[\s\u{feff}\p{Cc}]*[=+\-@＝＋－＠\t\r\n]/u;

export const csvCell = (value: string | number | undefined): string => {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const harmless = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

const formatTable = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string =>
  [columns.map(({ key }) => key), ...rows.map((row) => columns.map(({ valueIn }) => csvCell(valueIn(row))))]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');

export const formatPowerCsv = ({ query, vms, hosts, owners }: Selection): string => {
  if (query.table === 'hosts') return formatTable(hostColumns, hosts.rows);
  return query.table === 'owners' ? formatTable(ownerColumns, owners.rows) : formatTable(vmColumns, vms.rows);
};
