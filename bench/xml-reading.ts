/** Reading an extended VM pool out of oned's answer, against the packages that are made for it. */
import { Readable } from 'node:stream';
import { XMLParser } from 'fast-xml-parser';
import Deserializer from 'xmlrpc/lib/deserializer.js';
import { formatExtendedVm } from '../simulator/documents.ts';
import { encodeVmPool, piecesOf, readVms, stillCloud } from './documents.ts';
import { type Bench, formatMegabytes, formatMs, measureInTurn } from './measure.ts';

/** The half of the deserializer that simulator/xmlrpc.d.ts does not describe. */
interface ResponseDeserializer {
  deserializeMethodResponse(stream: Readable, answer: (error: unknown, value?: unknown) => void): void;
}

const deserialize = (pieces: readonly Buffer[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const deserializer = new Deserializer() as unknown as ResponseDeserializer;
    deserializer.deserializeMethodResponse(Readable.from(pieces), (error, value) => {
      if (Array.isArray(value)) resolve(String(value[1]));
      else reject(error);
    });
  });

const countVms = (document: string): number => {
  const { VM_POOL: pool } = new XMLParser().parse(document);
  return pool.VM.length;
};

export const createXmlReading = (): Bench => ({
  name: 'xml-reading',
  method: `The encoded answer of one.vmpool.infoextended, 5,000 VMs, in memory in pieces of 64 KiB. Ours: to values of
each VM, without the document. The packages: xmlrpc's deserializer to a string, fast-xml-parser to objects. Five
rounds.`,
  async run() {
    const answer = encodeVmPool(stillCloud(250, 5000), formatExtendedVm);
    const pieces = piecesOf(answer);
    const found = { ours: readVms(pieces).length, packages: countVms(await deserialize(pieces)) };
    if (found.ours !== found.packages) throw new Error(`${found.ours} VMs against ${found.packages}`);
    let document = '';
    const times = await measureInTurn(5, {
      ours: () => readVms(pieces),
      xmlrpc: async () => {
        document = await deserialize(pieces);
      },
      parser: () => countVms(document),
    });
    const packages = times.xmlrpc + times.parser;
    return [
      {
        what: `extended pool, 5,000 VMs, ${formatMegabytes(answer.length)}`,
        ours: `${formatMs(times.ours)} (${(answer.length / 1000 / times.ours).toFixed(0)} MB/s)`,
        comparedWith: `xmlrpc ${formatMs(times.xmlrpc)} + fast-xml-parser ${formatMs(times.parser)}`,
        ratio: times.ours / packages,
      },
    ];
  },
});
