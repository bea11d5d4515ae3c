/** Reads the web configuration of the exporter-toolkit and the certificates that it names. */
import { readFile, stat } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { commonError } from '../errors/common-errors.ts';
import { reasonOf } from '../errors/oneext-error.ts';
import {
  emptyWebConfig,
  parseWebConfig,
  type TlsSettings,
  type WebConfig,
} from '../prometheus/web-config.ts';
import { readYaml } from './read-config.ts';

export interface LoadedWebConfig {
  readonly config: WebConfig;
  readonly tlsFiles: ServerOptions;
  /** Changes when one of the files does. */
  readonly version: string;
}

const readTlsFiles = async (tls: TlsSettings, directory: string): Promise<ServerOptions> => {
  const read = (file: string): Promise<Buffer> => readFile(path.resolve(directory, file));
  return {
    cert: await read(tls.certFile),
    key: await read(tls.keyFile),
    ...(tls.clientCaFile === undefined ? {} : { ca: await read(tls.clientCaFile) }),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    ...(tls.curves === undefined ? {} : { ecdhCurve: tls.curves }),
    honorCipherOrder: tls.preferServerCiphers,
    requestCert: tls.clientAuthentication !== 'none',
    rejectUnauthorized: tls.clientAuthentication === 'require-and-verify',
  };
};

const filesOf = (configFile: string, tls: TlsSettings | undefined): readonly string[] => {
  const directory = path.dirname(configFile);
  const named = tls === undefined ? [] : [tls.certFile, tls.keyFile, tls.clientCaFile ?? ''];
  return [configFile, ...named.filter(Boolean).map((file) => path.resolve(directory, file))];
};

const versionOfFiles = async (files: readonly string[]): Promise<string> =>
  (await Promise.all(files.map((file) => stat(file).catch(() => undefined))))
    .map((file) => (file === undefined ? 'missing' : `${file.mtimeMs}/${file.size}/${file.ino}`))
    .join(' ');

/** The configuration's file and those of TLS that it names, as far as it can be read. */
export const filesOfWebConfig = async (configFile: string): Promise<readonly string[]> => {
  if (configFile === '') return [];
  const document = await readYaml(configFile, false).catch(() => undefined);
  return filesOf(configFile, document === undefined ? undefined : parseWebConfig(document).config.tls);
};

/** Changes when the configuration's file or one that it names does. */
export const versionOfWebConfig = (configFile: string, { tls }: WebConfig): Promise<string> =>
  versionOfFiles(filesOf(configFile, tls));

/** Fails with WEB_CONFIG_INVALID, which names every problem; without a file there is plain HTTP. */
export const readWebConfig = async (configFile: string): Promise<LoadedWebConfig> => {
  if (configFile === '') return { config: emptyWebConfig, tlsFiles: {}, version: '' };
  const { config, problems } = parseWebConfig(await readYaml(configFile, false));
  let tlsFiles: ServerOptions = {};
  const found = [...problems];
  if (config.tls !== undefined && problems.length === 0) {
    try {
      tlsFiles = await readTlsFiles(config.tls, path.dirname(configFile));
      createSecureContext(tlsFiles); // a key that is none is a problem now, not at the first connection
    } catch (thrown) {
      found.push(reasonOf(thrown));
    }
  }
  if (found.length > 0) {
    throw commonError('WEB_CONFIG_INVALID', {
      path: configFile,
      count: found.length,
      problems: found.join('; '),
    });
  }
  return { config, tlsFiles, version: await versionOfWebConfig(configFile, config) };
};
