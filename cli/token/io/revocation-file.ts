/** The file of revoked ids, one a line. */

import { constants, open } from 'node:fs/promises';
import { parseRevocations } from '../../../auth-biscuit/configuration.ts';
import { configurationFilesOf, readConfiguration } from '../../../auth-biscuit/io/read-configuration.ts';
import { OneExtError, reasonOf } from '../../../lib/errors/oneext-error.ts';
import { isMissing } from '../../../lib/errors/system-error.ts';
import { besideFile, followLinks, type HeldFolder, readFileIn } from '../../../lib/io/held-folder.ts';
import { type Terminal, usageError } from '../../command.ts';
import { cliError } from '../../errors.ts';

/** The file that the driver reads; fails with USAGE if biscuit.yaml names none. */
export const defaultRevocationFile = async (environment: Terminal['environment']): Promise<string> => {
  const { revocationFile } = await readConfiguration(configurationFilesOf(environment['ONE_LOCATION']));
  if (revocationFile === '')
    throw usageError('biscuit.yaml has no revocation_file, so the driver reads none: set it, or give --file');
  return revocationFile;
};

const mostBytes = 64 * 1024 * 1024;

const readText = async (held: HeldFolder, name: string): Promise<string> => {
  try {
    return (await readFileIn(held, name, mostBytes)).bytes.toString('utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return '';
    throw thrown;
  }
};

const append = async (held: HeldFolder, name: string, text: string): Promise<void> => {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const handle = await open(held.at(name), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
};

/**
 * Whether the id was not there before. One line is written at once: two at the same time do not mix. Root does it in
 * the folder that is held: it may be oneadmin's. Fails with REVOCATION_FAILED or PATH_REFUSED.
 */
export const addRevocation = async (file: string, id: string): Promise<boolean> => {
  if (parseRevocations(id).problems.length > 0)
    throw cliError('REVOCATION_FAILED', {
      file,
      detail: 'it is signed with secp256r1: no login accepts it',
    });
  try {
    return await besideFile(await followLinks(file), async (held, name) => {
      const text = await readText(held, name);
      if (parseRevocations(text).revoked.has(id)) return false;
      await append(held, name, `${text === '' || text.endsWith('\n') ? '' : '\n'}${id}\n`);
      return true;
    });
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw cliError('REVOCATION_FAILED', { file, detail: reasonOf(thrown) }, thrown);
  }
};
