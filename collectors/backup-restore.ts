/** Last backup and restore of VMs, from the state file that OpenNebula 7.4 keeps (/var/lib/one/state.json). */
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
const fieldsOf = (value: unknown): Fields =>
  new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []);

/** Whole numbers, also as text; anything else is unknown. */
const integerOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : undefined;
  return typeof value === 'string' && /^\s*-?\d+/.test(value) ? Number.parseInt(value, 10) : undefined;
};

/** One record for each VM id: the last in the file, as a later entry replaces an earlier one. */
const recordsOf = (state: unknown): Iterable<Fields> => {
  const records = new Map<string, Fields>();
  for (const entry of fieldsOf(state).values()) {
    const fields = fieldsOf(entry);
    const vmId = integerOf(fields.get('vm_id'));
    if (vmId !== undefined) records.set(`${vmId} ${fields.get('vm_name')}`, fields);
  }
  return records.values();
};

export const backupRestoreCollector = defineCollector({
  name: 'backup_restore',
  help: 'last backup and restore of VMs',
  reads: ['backupState'],
  families: families.map(({ family }) => family),
  collect: ({ backupState }) => {
    const records = labelled(recordsOf(backupState), labels, (record) => [
      String(integerOf(record.get('vm_id'))),
      String(record.get('vm_name') ?? 'unknown'),
    ]);
    return families.map(({ field, family }) =>
      samplesOf(family, records, (record) => integerOf(record.get(field))),
    );
  },
});
