/** Reads the page of the exporter for a command. */
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { shownUrl } from '../../lib/http/http-url.ts';
import { DownloadFailure, download } from '../../lib/io/download.ts';
import { contentTypes } from '../../lib/prometheus/exposition.ts';
import { cliError } from '../errors.ts';

export interface ExporterPageOptions {
  readonly exporterUrl: URL;
  readonly exporterTimeoutMs: number;
  /** '' for none. */
  readonly credentialsFile: string;
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

const detailOf = (failure: DownloadFailure, { exporterTimeoutMs }: ExporterPageOptions): string => {
  if (failure.kind !== 'timeout') return reasonOf(failure.cause ?? failure);
  return failure.amount === exporterTimeoutMs
    ? `no answer within ${exporterTimeoutMs} ms (--top.exporter-timeout)`
    : `no connection within ${failure.amount} ms`;
};

/**
 * Hands the page on while it arrives. Fails with TOP_EXPORTER_UNREACHABLE, TOP_NO_EXPORTER or TOP_CREDENTIALS.
 *
 * @param isOfOpenNebula is asked at the end of the page
 */
export const readExporterPage = async (
  options: ExporterPageOptions,
  onChunk: (chunk: Buffer) => void,
  isOfOpenNebula: () => boolean,
  signal?: AbortSignal,
): Promise<void> => {
  const { exporterUrl: url, exporterTimeoutMs: totalTimeoutMs, credentialsFile } = options;
  const authorization = await readAuthorization(credentialsFile);
  try {
    await download({
      url,
      headers: { Accept: contentTypes.prometheus, ...authorization },
      connectTimeoutMs: Math.min(longestConnectMs, totalTimeoutMs),
      totalTimeoutMs,
      mostBytes: mostPageBytes,
      ...(signal === undefined ? {} : { signal }),
      onChunk,
    });
  } catch (thrown) {
    if (!(thrown instanceof DownloadFailure)) throw thrown;
    const fields = { url: shownUrl(url), detail: detailOf(thrown, options) };
    throw cliError('TOP_EXPORTER_UNREACHABLE', fields, thrown);
  }
  if (!isOfOpenNebula()) throw cliError('TOP_NO_EXPORTER', { url: shownUrl(url) });
};
