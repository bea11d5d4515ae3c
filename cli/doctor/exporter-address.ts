/** Where the exporter answers, from its own options. */
import type { ListenAddress } from '../../collectors/exporter-options.ts';
import { bracketHost } from '../../lib/host-name.ts';

export interface ExporterAddress {
  readonly url: URL;
  /** Whether it may ask for a certificate or a password, which this command has not. */
  readonly isGuarded: boolean;
}

const everywhere: ReadonlySet<string> = new Set(['::', '0.0.0.0', '']);

export const exporterAddressOf = (options: {
  readonly 'doctor.exporter-url': string;
  readonly 'web.listen-address': readonly ListenAddress[];
  readonly 'web.telemetry-path': string;
  readonly 'web.config.file': string;
}): ExporterAddress => {
  const path = options['web.telemetry-path'];
  const given = options['doctor.exporter-url'];
  if (given !== '') {
    const url = new URL(given);
    return { url: url.pathname === '/' ? new URL(path, url) : url, isGuarded: false };
  }
  const addresses = options['web.listen-address'];
  // One that this machine reaches under a name that a certificate may have, if there is one.
  const [first] = [...addresses.filter(({ host }) => everywhere.has(host)), ...addresses];
  const { host, port } = first ?? { host: 'localhost', port: 9925 };
  const name = everywhere.has(host) ? 'localhost' : bracketHost(host);
  const isGuarded = options['web.config.file'] !== '';
  return { url: new URL(`http://${name}:${port}${path}`), isGuarded };
};
