/**
 * What oned gives the action `migrate` when it runs on the front-end: argv `DEPLOY_ID DST SRC VMID SRC`, and on
 * stdin the base64 of `<VMM_DRIVER_ACTION_DATA>`. Fails with MIGRATION_REQUEST_INVALID.
 */
import type { OneExtError } from '../lib/errors/oneext-error.ts';
import { isHostName } from '../lib/host-name.ts';
import { migrationError } from './errors.ts';

export interface MigrationRequest {
  readonly deployId: string;
  readonly source: string;
  readonly destination: string;
  readonly vmId: number;
  /** The words as they came; the stock driver gets the same. */
  readonly words: readonly string[];
  /** The action document, decoded: what the stock driver reads on a hypervisor. */
  readonly document: Buffer;
}

/** Names of devices end in the id and have 15 characters at most. */
const highestVmId = 99_999_999;

const invalid = (detail: string): OneExtError => migrationError('MIGRATION_REQUEST_INVALID', { detail });

const requireName = (what: string, text: string): string => {
  if (!isHostName(text)) throw invalid(`${what} is ${JSON.stringify(text)}, which is not a valid name`);
  return text;
};

const decodeDocument = (stdin: Buffer): Buffer => {
  const text = stdin.toString('latin1').trim();
  if (text === '') throw invalid('stdin is empty');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw invalid('stdin is not base64');
  const document = Buffer.from(text, 'base64');
  if (!document.toString('latin1').trimStart().startsWith('<VMM_DRIVER_ACTION_DATA>'))
    throw invalid('stdin is not the base64 of <VMM_DRIVER_ACTION_DATA>');
  return document;
};

export const parseRequest = (words: readonly string[], stdin: Buffer): MigrationRequest => {
  if (words.length < 4 || words.length > 5) throw invalid(`there are ${words.length} arguments`);
  const [deployId = '', destination = '', source = '', id = ''] = words;
  const vmId = /^\d{1,10}$/.test(id) ? Number(id) : Number.NaN;
  if (!(vmId <= highestVmId))
    throw invalid(`the VM's id is ${JSON.stringify(id)}, not from 0 to ${highestVmId}`);
  if (words.length === 5 && words[4] !== source)
    throw invalid(`it runs for ${words[4]}, but the source is ${source}`);
  return {
    deployId: requireName('the deploy id', deployId),
    destination: requireName('the destination', destination),
    source: requireName('the source', source),
    vmId,
    words,
    document: decodeDocument(stdin),
  };
};
