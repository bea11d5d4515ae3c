/** Asks public services for the CO2 of a kilowatt-hour by the hour. */
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { shownUrl } from '../../../lib/http/http-url.ts';
import { allEnded } from '../../../lib/io/concurrency.ts';
import { download } from '../../../lib/io/download.ts';
import { collectorError } from '../../errors.ts';
import { type HourlyIntensity, parseIntensities } from '../hourly-intensities.ts';

const connectTimeoutMs = 3000;
const totalTimeoutMs = 8000;
const mostBytes = 16 * 1024 * 1024;

export interface Co2Service {
  readonly urls: readonly URL[];
  /** '' where none is needed. */
  readonly tokenFile: string;
}

/** The header of Electricity Maps. */
const readToken = async (path: string): Promise<Readonly<Record<string, string>>> => {
  if (path === '') return {};
  const token = (await readFile(path, 'utf8')).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error(`${path} must hold one line with the token alone`);
  return { 'auth-token': token };
};

/** The answer of one URL. Fails with CARBON_SERVICE. */
const askOne = async (
  url: URL,
  { tokenFile }: Co2Service,
  signal: AbortSignal | undefined,
): Promise<readonly HourlyIntensity[]> => {
  const pieces: Buffer[] = [];
  try {
    await download({
      url,
      headers: { Accept: 'application/json', ...(await readToken(tokenFile)) },
      connectTimeoutMs,
      totalTimeoutMs,
      mostBytes,
      ...(signal === undefined ? {} : { signal }),
      onChunk: (chunk) => pieces.push(Buffer.from(chunk)),
    });
    const parsed = parseIntensities(JSON.parse(Buffer.concat(pieces).toString('utf8')));
    if ('problem' in parsed) throw new Error(parsed.problem);
    return parsed;
  } catch (thrown) {
    throw collectorError('CARBON_SERVICE', { url: shownUrl(url), detail: reasonOf(thrown) }, thrown);
  }
};

export interface Asked {
  readonly intensities: readonly HourlyIntensity[];
  /** Of the URLs that gave no answer that can be used. */
  readonly failures: readonly unknown[];
}

/** Does not fail: what some URLs answer is known whatever others do. */
export const askIntensities = async (service: Co2Service, signal?: AbortSignal): Promise<Asked> => {
  const failures: unknown[] = [];
  const answers = await allEnded(
    service.urls.map((url) =>
      askOne(url, service, signal).catch((thrown: unknown) => {
        failures.push(thrown);
        return [];
      }),
    ),
  );
  return { intensities: answers.flat(), failures };
};
