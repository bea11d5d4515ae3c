/** Clouds and configurations of Prometheus, for tests of what edits them; js-yaml, which edits nothing, reads them. */
import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { Document } from 'yaml';
import { type Cloud, planScrapes } from '../../prometheus-patches/jobs.ts';
import type { RuleFile } from '../../prometheus-patches/rule-file.ts';

export const testCloud: Cloud = {
  myself: 'fe1.example.org',
  otherServers: ['fe2.example.org'],
  hosts: [
    { id: 0, hostname: 'kvm1.example.org' },
    { id: 1, hostname: 'kvm2.example.org' },
  ],
  isHost: false,
  reachable: new Set(['kvm2.example.org:9475']),
  powerAgents: new Map([
    [
      'scaphandre',
      [
        { targets: ['kvm1.example.org:8080'], labels: { host_id: '0', one_host_id: '0' } },
        { targets: ['[2001:db8::2]:8080'], labels: { host_id: '1', one_host_id: '1' } },
      ],
    ],
  ]),
  targetFiles: '/var/lib/one/prometheus/targets/vm-*.json',
};
export const testPlan = planScrapes(testCloud);
export const testRules: RuleFile = { entry: 'opennebula-extensions.yml', folder: '/etc/one/prometheus' };

export interface Config {
  readonly [key: string]: unknown;
}
export interface JobConfig extends Config {
  readonly job_name: string;
}

export const jobsOf = (config: Config): readonly JobConfig[] =>
  (config['scrape_configs'] ?? []) as readonly JobConfig[];
export const readYaml = (text: string): readonly unknown[] => {
  const documents = loadAll(text.replace(/^\ufeff/, ''));
  return documents.length === 0 ? [null] : documents;
};

/** prometheus.yml as it may be: any of our jobs with any targets, others, in any order and style. */
export const configs = (() => {
  const target = fc.constantFrom(
    'kvm1.example.org:9100',
    'kvm2.example.org:9100',
    'old:9100',
    'fe1.example.org:9925',
  );
  const label = fc.constantFrom('0', '1', '9');
  const group = fc.record(
    { targets: fc.array(target, { maxLength: 2 }), labels: fc.record({ one_host_id: label }) },
    { requiredKeys: ['targets'] },
  );
  const groups = fc.option(fc.array(group, { maxLength: 4 }));
  const jobNames = ['node_exporter', 'libvirt_exporter', 'sr_exporter', 'scaphandre', 'prometheus', 'mine'];
  const job = fc.record(
    {
      static_configs: groups,
      scrape_interval: fc.constant('30s'),
      file_sd_configs: fc.constant([{ files: ['/x/*.json'] }]),
    },
    { requiredKeys: [] },
  );
  const jobs = fc
    .uniqueArray(fc.constantFrom(...jobNames))
    .chain((list) => fc.tuple(...list.map((name) => job.map((one) => ({ job_name: name, ...one })))));
  const alerting = fc.option(
    fc.record(
      {
        alertmanagers: fc.option(
          fc.array(fc.record({ static_configs: fc.array(group, { maxLength: 2 }) }), { maxLength: 2 }),
        ),
      },
      { requiredKeys: [] },
    ),
  );
  const sections = fc.record(
    {
      global: fc.constant({ scrape_interval: '15s' }),
      alerting,
      scrape_configs: fc.option(jobs),
      rule_files: fc.option(
        fc.uniqueArray(fc.constantFrom('rules.yml', '/more/x.yaml', 'opennebula-extensions.yml'), {
          maxLength: 2,
        }),
      ),
    },
    { requiredKeys: [] },
  );
  const style = fc.record({
    indent: fc.constantFrom(2, 4),
    indentSeq: fc.boolean(),
    flow: fc.boolean(),
    crlf: fc.boolean(),
    cut: fc.boolean(),
    comments: fc.boolean(),
  });
  return fc.tuple(sections, style).map(([value, { indent, indentSeq, flow, crlf, cut, comments }]) => {
    let text = flow
      ? `${JSON.stringify(value)}\n`
      : new Document(value).toString({ indent, indentSeq, lineWidth: 0 });
    if (comments && !flow) text = text.replaceAll('\n', ' # c\n');
    if (cut) text = text.trimEnd();
    return crlf ? text.replaceAll('\n', '\r\n') : text;
  });
})();
