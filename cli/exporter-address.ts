/** Where commands find the page of the exporter: `exporter.url`, or what the exporter's own options say. */
import { exporterOptions } from '../collectors/exporter-options.ts';
import type { ListenAddress } from '../lib/config/listen-address.ts';
import type { OptionSpec } from '../lib/config/options.ts';
import { bracketHost } from '../lib/host-name.ts';
import { httpUrlMustBe, parseHttpUrl } from '../lib/http/http-url.ts';

const urlOption: OptionSpec<string> = {
  help: "where the exporter answers: http://FRONTEND:9925, or the whole URL of its page; without it, the address on this machine that the exporter's own options web.* name. https with a certificate of your own needs NODE_EXTRA_CA_CERTS",
  form: 'URL',
  default: '',
  parse: (text) =>
    text === '' || parseHttpUrl(text) !== undefined ? { value: text } : { mustBe: httpUrlMustBe },
};

/** For every command that reads the exporter's page. */
export const exporterAddressOptions = { 'exporter.url': urlOption };

/** What the exporter is told of its own address, as its section of oneext.yaml and its environment have it. */
export const exporterWebOptions = {
  'web.listen-address': exporterOptions['web.listen-address'],
  'web.telemetry-path': exporterOptions['web.telemetry-path'],
  'web.config.file': exporterOptions['web.config.file'],
};

export interface ExporterAddress {
  readonly url: URL;
  /** Whether it may ask for a certificate or a password, which this command has not. */
  readonly isGuarded: boolean;
}

const everywhere: ReadonlySet<string> = new Set(['::', '0.0.0.0', '']);

export const exporterAddressOf = (options: {
  readonly 'exporter.url': string;
  readonly 'web.listen-address': readonly ListenAddress[];
  readonly 'web.telemetry-path': string;
  readonly 'web.config.file': string;
}): ExporterAddress => {
  const path = options['web.telemetry-path'];
  const given = options['exporter.url'];
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
