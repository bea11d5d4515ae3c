/** Writing 50,000 series, against prom-client. */
import { Gauge, Registry } from 'prom-client';
import { gauge, labelled, samplesOf } from '../collectors/collector.ts';
import { encodeFamilies } from '../lib/prometheus/exposition.ts';
import { type Bench, formatMs, measureInTurn } from './measure.ts';

const families = Array.from({ length: 10 }, (_, at) => ({
  name: `opennebula_bench_${at}`,
  help: `Family ${at}`,
}));
const objects = Array.from({ length: 5000 }, (_, id) => id);
const sampleAt = (id: number, at: number): number => id * 1000 + at / 8;

const writeOurs = (): string => {
  const withLabels = labelled(objects, ['one_vm_id'], (id) => [String(id)]);
  return encodeFamilies(
    families.map(({ name, help }, at) =>
      samplesOf(gauge(name, help, ['one_vm_id']), withLabels, (id) => sampleAt(id, at)),
    ),
    'prometheus',
  ).toString();
};

const writePromClient = (): Promise<string> => {
  const registry = new Registry();
  for (const [at, { name, help }] of families.entries()) {
    const family = new Gauge({ name, help, labelNames: ['one_vm_id'], registers: [registry] });
    for (const id of objects) family.set({ one_vm_id: String(id) }, sampleAt(id, at));
  }
  return registry.metrics();
};

const linesOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .join('\n');

export const createPrometheusWriting = (): Bench => ({
  name: 'prometheus-writing',
  method: `10 families of 5,000 series with one label, from values to text. prom-client: a new Registry, gauges, set,
metrics(). Both texts are compared line for line. Nine rounds.`,
  async run() {
    if (linesOf(writeOurs()) !== linesOf(await writePromClient())) throw new Error('the texts differ');
    const { ours, promClient } = await measureInTurn(9, { ours: writeOurs, promClient: writePromClient });
    return [
      {
        what: '50,000 series',
        ours: formatMs(ours),
        comparedWith: `prom-client: ${formatMs(promClient)}`,
        ratio: ours / promClient,
      },
    ];
  },
});
