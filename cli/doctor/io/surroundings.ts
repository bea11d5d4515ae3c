/** Puts together what checks share; each document is read once, when the first check asks for it. */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { readOnedConf } from '../../../front-end-installer/oned-conf.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { connectOne } from '../../../lib/io/connect-one.ts';
import { downloadInto } from '../../../lib/io/download-text.ts';
import { readHostsAs } from '../../../lib/io/read-hosts.ts';
import { runCommand } from '../../../lib/io/run-command.ts';
import { packageFolder, processIds } from '../../../lib/io/this-process.ts';
import { placesOf } from '../../../lib/one/places.ts';
import { exporterAddressOf } from '../../exporter-address.ts';
import type { Surroundings, User } from '../check.ts';
import { cloudHostPool } from '../cloud-host.ts';
import { createExporterPageReader } from '../exporter-page.ts';
import { BrokenLink } from '../finding.ts';
import { attempt } from './attempt.ts';

const once = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
};

/** The same, for what one check looks at and others need. */
const link = <T>(check: string, read: () => Promise<T>): (() => Promise<T>) =>
  once(async () => {
    try {
      return await read();
    } catch (thrown) {
      throw thrown instanceof BrokenLink ? thrown : new BrokenLink(check, reasonOf(thrown), thrown);
    }
  });

const idTimeoutMs = 5000;
const idOf = async (flag: string): Promise<number> =>
  Number(await runCommand(['id', flag, 'oneadmin'], idTimeoutMs));

/** A user id that nobody has a name for is its number. */
const nameOf = (uid: number): string => {
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
};

const readUser = async (): Promise<User> => {
  const { uid } = processIds();
  const name = nameOf(uid);
  if (uid !== 0) return { uid, name };
  const ids = await attempt(async () => ({ uid: await idOf('-u'), gid: await idOf('-g') }));
  return 'value' in ids ? { uid, name, oneadmin: ids.value } : { uid, name };
};

type Given = Pick<Surroundings, 'environment' | 'options' | 'configuration' | 'now' | 'hostNames'>;

export const createSurroundings = async (given: Given): Promise<Surroundings> => {
  const { environment, options } = given;
  const places = placesOf(environment);
  const timeLimitMs = options['doctor.time-limit'];
  const client = link('one', async () => {
    const totalTimeoutMs = Math.min(options['one.timeout'], timeLimitMs);
    const connected = await connectOne(environment, { totalTimeoutMs });
    await connected.call('one.system.version', []);
    return connected;
  });
  return {
    ...given,
    places,
    suite: packageFolder(),
    user: await readUser(),
    client,
    hosts: link('one', async () => readHostsAs(await client(), cloudHostPool)),
    exporterPage: link('exporter', async () => {
      const reader = createExporterPageReader();
      await downloadInto(exporterAddressOf(options).url, timeLimitMs, reader.push);
      return reader.finish();
    }),
    onedConf: once(() =>
      attempt(async () => readOnedConf(await readFile(path.join(places.etc, 'oned.conf'), 'latin1'))),
    ),
  };
};
