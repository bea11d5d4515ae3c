/** The file of revoked ids, one a line. */

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseRevocations } from '../../../auth-biscuit/configuration.ts';
import { configurationFilesOf, readConfiguration } from '../../../auth-biscuit/io/read-configuration.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { type Terminal, usageError } from '../../command.ts';
import { cliError } from '../../errors.ts';

/** The file that the driver reads; fails with USAGE if biscuit.yaml names none. */
export const defaultRevocationFile = async (environment: Terminal['environment']): Promise<string> => {
  const { revocationFile } = await readConfiguration(configurationFilesOf(environment['ONE_LOCATION']));
  if (revocationFile === '')
    throw usageError('biscuit.yaml has no revocation_file, so the driver reads none: set it, or give --file');
  return revocationFile;
};

/** Whether the id was not there before. One line is written at once: two at the same time do not mix. */
export const addRevocation = (file: string, id: string): boolean => {
  if (parseRevocations(id).problems.length > 0)
    throw cliError('REVOCATION_FAILED', {
      file,
      detail: 'it is signed with secp256r1: no login accepts it',
    });
  try {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (parseRevocations(text).revoked.has(id)) return false;
    appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${id}\n`, { mode: 0o644 });
    return true;
  } catch (thrown) {
    throw cliError('REVOCATION_FAILED', { file, detail: reasonOf(thrown) }, thrown);
  }
};
