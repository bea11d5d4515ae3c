/** Last backup and restore of VMs, from the state file that OpenNebula 7.4 keeps (/var/lib/one/state.json). */

import { textOption } from '../lib/config/options.ts';
import { readMapping } from '../lib/mapping.ts';
import { defineCollector, gauge, labelled, samplesOf } from './collector.ts';

const labels = ['one_vm_id', 'one_vm_name'];
const families = [
  {
    field: 'backup_status',
    family: gauge(
      'opennebula_vm_backup_last_status',
      'Last backup result for VM (1=success, 0=failed)',
      labels,
    ),
  },
  {
    field: 'backup_ts',
    family: gauge(
      'opennebula_vm_backup_last_timestamp',
      'Unix timestamp of last backup event for VM',
      labels,
    ),
  },
  {
    field: 'restore_status',
    family: gauge(
      'opennebula_vm_restore_last_status',
      'Last restore result for VM (1=success, 0=failed)',
      labels,
    ),
  },
  {
    field: 'restore_ts',
    family: gauge(
      'opennebula_vm_restore_last_timestamp',
      'Unix timestamp of last restore event for VM',
      labels,
    ),
  },
];

type Fields = ReadonlyMap<string, unknown>;
const fieldsOf = (value: unknown): Fields => new Map(Object.entries(readMapping(value)));

/** Whole numbers, also as text; anything else is unknown. */
const integerOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined;
  return typeof value === 'string' && /^\s*-?\d+/.test(value) ? Number.parseInt(value, 10) : undefined;
};

/** The name as text; `unknown` where there is none. */
const nameOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || value === true ? String(value) : 'unknown';
};

/** What all entries of one VM say together: a later one adds to an earlier one and replaces what it said. */
const recordsOf = (state: unknown): Iterable<Fields> => {
  const records = new Map<string, Fields>();
  for (const entry of fieldsOf(state).values()) {
    const fields = fieldsOf(entry);
    const vmId = integerOf(fields.get('vm_id'));
    if (vmId === undefined) continue;
    const key = `${vmId} ${nameOf(fields.get('vm_name'))}`;
    records.set(key, new Map([...(records.get(key) ?? []), ...fields]));
  }
  return records.values();
};

export const backupRestoreCollector = defineCollector({
  name: 'backup_restore',
  help: 'last backup and restore of VMs',
  reads: ['backupState'],
  options: {
    'backup-restore.state-file': textOption(
      { help: "OpenNebula's state of backups and restores", default: '/var/lib/one/state.json' },
      'FILE',
    ),
  },
  families: families.map(({ family }) => family),
  collect: ({ backupState }) => {
    const records = labelled(recordsOf(backupState), labels, (record) => [
      String(integerOf(record.get('vm_id'))),
      nameOf(record.get('vm_name')),
    ]);
    return families.map(({ field, family }) =>
      samplesOf(family, records, (record) => integerOf(record.get(field))),
    );
  },
});
