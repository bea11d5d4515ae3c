/** `oneext prometheus scale-out`: the power of VMs made by engines that exist, for clouds that one exporter cannot serve. */
import path from 'node:path';
import { powerAgentTargets } from '../../collectors/agents/power-agent-targets.ts';
import { powerOptions } from '../../collectors/agents/power-options.ts';
import {
  choiceOption,
  countOption,
  flagsOnly,
  listOption,
  type OptionSpec,
  type OptionValues,
  textOption,
} from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { parseHttpUrl } from '../../lib/http/http-url.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { ownHostname } from '../../lib/io/local-address.ts';
import { readHosts } from '../../lib/io/read-hosts.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { formatTarget } from '../../lib/prometheus/target-group.ts';
import { readZone } from '../../prometheus-patches/io/read-cloud.ts';
import { changeFolder, compareFolder } from '../../prometheus-patches/io/scale-out-folder.ts';
import { exporterPort } from '../../prometheus-patches/jobs.ts';
import { patchOptions } from '../../prometheus-patches/prometheus-options.ts';
import { type ScaleOut, scaleOutFiles } from '../../prometheus-patches/scale-out/files.ts';
import { engineFormats } from '../../prometheus-patches/scale-out/scrape-config.ts';
import type { FolderPlan } from '../../prometheus-patches/scale-out/sealed-file.ts';
import { checkOption, defineVerb } from '../command.ts';
import { cliError } from '../errors.ts';

/** It stands in files that everybody may read. */
const openUrl = (spec: Pick<OptionSpec<URL>, 'help'>): OptionSpec<URL> => ({
  ...spec,
  form: 'URL',
  parse: (text) => {
    const url = parseHttpUrl(text);
    return url === undefined || url.username !== '' || url.password !== ''
      ? { mustBe: 'an http or https URL without a user and a password' }
      : { value: url };
  },
});

const table = {
  check: checkOption,
  ...flagsOnly({
    shards: countOption({ help: 'how many engines share the power agents', default: '1' }, 1, 1000),
    format: choiceOption(
      {
        help: 'which engine scrapes: vmagent; Prometheus, also as an agent; or what VictoriaMetrics and vmagent read as -promscrape.config and share out themselves',
        default: 'vmagent',
      },
      engineFormats,
    ),
    directory: textOption(
      { help: 'folder of the files', default: '/etc/one/prometheus/scale-out' },
      'FOLDER',
    ),
    interval: countOption(
      { help: 'how often the agents are asked and the rules are evaluated, in seconds', default: '15' },
      5,
      60,
    ),
    exporter: listOption(
      openUrl({
        help: 'an exporter that names the agents and the VMs to the engines, such as http://frontend:9925; without it, the agents of now are written into a file, and the exporters of all front-ends are expected at port 9925',
      }),
    ),
    'remote-write': listOption(
      openUrl({ help: 'where Prometheus sends what it scrapes; vmagent has that on its command line' }),
    ),
  }),
  ...suiteOptions,
  'prometheus.zone': patchOptions['prometheus.zone'],
  'power.agent-url': powerOptions['power.agent-url'],
  'power.emulators': powerOptions['power.emulators'],
};
type ScaleOutOptions = OptionValues<typeof table>;

/** What the files are made of. */
const readScaleOut = async (client: XmlRpcClient, options: ScaleOutOptions): Promise<ScaleOut> => {
  const zone = await readZone(client, options['prometheus.zone']);
  const agents = powerAgentTargets(await readHosts(client), options['power.agent-url']);
  const servers = zone.servers.length === 0 ? [ownHostname()] : zone.servers;
  return {
    format: options.format,
    zoneId: zone.id,
    shards: options.shards,
    intervalSeconds: options.interval,
    emulators: options['power.emulators'],
    remoteWrite: options['remote-write'],
    discovery:
      options.exporter.length > 0
        ? { kind: 'http', exporters: options.exporter }
        : { kind: 'file', exporters: servers.map((server) => formatTarget(server, exporterPort)) },
    agents: ['scaphandre', 'kepler'].flatMap((name) => agents.get(name) ?? []),
  };
};

const formatChanges = ({ written, removed }: FolderPlan): string =>
  [...[...written.keys()].map((name) => `  + ${name}\n`), ...removed.map((name) => `  - ${name}\n`)].join('');

/**
 * Scaphandre writes labels in another order each time, which vmagent takes for the end of the series; and the page of an
 * exporter for 20,000 VMs is longer than vmagent reads by default.
 */
const scrapeFlags = '-promscrape.noStaleMarkers -promscrape.maxScrapeSize=256MB';

/** How the engines are started with the files. */
const nextSteps = (folder: string, { format, shards, remoteWrite }: ScaleOut): string => {
  const [first, rules] = [path.join(folder, `${format}-1.yml`), path.join(folder, 'rules.yml')];
  const alert = `vmalert -rule=${rules} -datasource.url=URL -remoteWrite.url=URL`;
  if (format === 'prometheus') {
    if (shards === 1) return `Start: prometheus --config.file=${first}\n`;
    const receiver =
      remoteWrite.length === 0 ? '; none of them sends what it scrapes: give --remote-write' : '';
    return `Start ${shards} of: prometheus --enable-feature=agent --config.file=${first}, ...${receiver}\nThe rules belong where all series meet: ${rules}\n`;
  }
  const start =
    format === 'vmagent'
      ? `Start ${shards === 1 ? '' : `${shards} of: `}vmagent -promscrape.config=${first} ${scrapeFlags} -remoteWrite.url=URL`
      : `Start: vmagent or victoria-metrics -promscrape.config=${path.join(folder, 'promscrape.yml')} ${scrapeFlags}${shards === 1 ? '' : ` -promscrape.cluster.membersCount=${shards} -promscrape.cluster.memberNum=K, with K from 0 to ${shards - 1}`}`;
  return `${start}\n${alert}\n`;
};

export const scaleOut = defineVerb({
  name: 'scale-out',
  summary: 'write what vmagent, VictoriaMetrics or Prometheus need to measure the power of VMs themselves',
  operands: '',
  details: `For clouds of more than about 500 hosts. Writes the configuration of each engine, the rules that make the
power of VMs, hosts and owners of what they scrape, and where the agents are. Every series has one_zone_id. Files that
somebody else has made or changed are never replaced; nothing is written then. docs/scale.md says what is lost against
the exporter.`,
  options: table,
  run: async ({ options }, terminal) => {
    const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
    const plan = await readScaleOut(client, options);
    const folder = path.resolve(options.directory);
    const wanted = scaleOutFiles(plan);
    const { written, removed } = await (options.check ? compareFolder : changeFolder)(folder, wanted);
    if (written.size + removed.length === 0) return terminal.writeResult(`${folder}: nothing to change\n`);
    const changes = formatChanges({ written, removed, foreign: [] });
    if (options.check) {
      terminal.writeResult(`${folder} would change:\n${changes}`);
      throw cliError('WOULD_CHANGE', { what: folder });
    }
    terminal.writeResult(`${folder} changed:\n${changes}`);
    terminal.writeNote(nextSteps(folder, plan));
  },
});
