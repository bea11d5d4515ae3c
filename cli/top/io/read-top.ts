/** Reads what `oneext top` shows: the exporter's page, and names from OpenNebula's API. */

import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { shownUrl } from '../../../lib/http/http-url.ts';
import { connectOne } from '../../../lib/io/connect-one.ts';
import { DownloadFailure, download } from '../../../lib/io/download.ts';
import { readHosts } from '../../../lib/io/read-hosts.ts';
import { allOfPool, readDocument } from '../../../lib/io/read-pool.ts';
import { shapeOf, text, textAt } from '../../../lib/one/document-reader.ts';
import { takeUnique } from '../../../lib/one/unique-objects.ts';
import { parseVm, vmShape } from '../../../lib/one/vm.ts';
import { contentTypes } from '../../../lib/prometheus/exposition.ts';
import { cliError } from '../../errors.ts';
import type { CloudNames } from '../cloud.ts';
import { createPageReader, type PowerPage } from '../power-page.ts';

export interface TopSourceOptions {
  readonly exporterUrl: URL;
  readonly exporterTimeoutMs: number;
  /** '' for none. */
  readonly credentialsFile: string;
  readonly oneTimeoutMs: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface TopSource {
  /** Fails with TOP_EXPORTER_UNREACHABLE, TOP_NO_EXPORTER or TOP_CREDENTIALS. */
  readPage(signal?: AbortSignal): Promise<PowerPage>;
  /** Fails with the errors of `connectOne` and of the client. */
  readNames(signal?: AbortSignal): Promise<CloudNames>;
}

const longestConnectMs = 5000;
/** 100,000 VMs have 100 MB. */
const mostPageBytes = 512 * 1024 * 1024;

/** With `user:password` it is basic, without a colon a bearer token. */
const readAuthorization = async (file: string): Promise<Readonly<Record<string, string>>> => {
  if (file === '') return {};
  try {
    const credentials = (await readFile(file, 'utf8')).trim();
    if (credentials === '' || /[\0-\x1f\x7f]/.test(credentials)) throw new Error('it must have one line');
    if (credentials.includes(':'))
      return { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    if (!/^[\x21-\x7e]+$/.test(credentials)) throw new Error('a bearer token has no such characters');
    return { Authorization: `Bearer ${credentials}` };
  } catch (thrown) {
    throw cliError('TOP_CREDENTIALS', { path: file, detail: reasonOf(thrown) }, thrown);
  }
};

const detailOf = (failure: DownloadFailure, { exporterTimeoutMs }: TopSourceOptions): string => {
  if (failure.kind !== 'timeout') return reasonOf(failure.cause ?? failure);
  return failure.amount === exporterTimeoutMs
    ? `no answer within ${exporterTimeoutMs} ms (--top.exporter-timeout)`
    : `no connection within ${failure.amount} ms`;
};

const readPage = async (options: TopSourceOptions, signal: AbortSignal | undefined): Promise<PowerPage> => {
  const url = options.exporterUrl;
  const shown = shownUrl(url);
  const reader = createPageReader();
  const authorization = await readAuthorization(options.credentialsFile);
  try {
    await download({
      url,
      headers: { Accept: contentTypes.prometheus, ...authorization },
      connectTimeoutMs: Math.min(longestConnectMs, options.exporterTimeoutMs),
      totalTimeoutMs: options.exporterTimeoutMs,
      mostBytes: mostPageBytes,
      ...(signal === undefined ? {} : { signal }),
      onChunk: reader.push,
    });
  } catch (thrown) {
    if (!(thrown instanceof DownloadFailure)) throw thrown;
    throw cliError('TOP_EXPORTER_UNREACHABLE', { url: shown, detail: detailOf(thrown, options) }, thrown);
  }
  const page = reader.finish();
  if (!page.isOfOpenNebula) throw cliError('TOP_NO_EXPORTER', { url: shown });
  return page;
};

const groupedVmShape = new Map([...vmShape, ...shapeOf({ GNAME: text })]);

const readNames = async (options: TopSourceOptions, signal: AbortSignal | undefined): Promise<CloudNames> => {
  const client = await connectOne(options.environment, {
    totalTimeoutMs: options.oneTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const [hosts, vms] = await Promise.all([
    readHosts(client),
    readDocument(client, {
      method: 'one.vmpool.info',
      parameters: [...allOfPool, -1],
      objectName: 'VM',
      shape: groupedVmShape,
      parse: (element) => {
        const vm = parseVm(element);
        return vm === undefined ? undefined : { id: vm.id, vm, group: textAt(element, 'GNAME') };
      },
    }),
  ]);
  const { objects, repeated } = takeUnique(vms);
  const doubtful = new Set(repeated);
  return {
    hosts: new Map(hosts.map(({ id, name }) => [id, name])),
    groups: new Map(
      objects.flatMap(({ id, group }) =>
        group === undefined || doubtful.has(id) ? [] : [[id, group] as const],
      ),
    ),
    vms: objects.map(({ vm }) => vm),
  };
};

export const createTopSource = (options: TopSourceOptions): TopSource => ({
  readPage: (signal) => readPage(options, signal),
  readNames: (signal) => readNames(options, signal),
});
