/** Serves the accounts to the other front-ends of the zone, and to nobody else. */
import { plainText, type WebAnswer, type WebHandler } from '../../lib/io/web-answers.ts';
import {
  type AccountsCopy,
  createSigner,
  formatCopy,
  type Progressed,
  type Signer,
  signatureHeader,
} from '../accounts/copy.ts';
import { copyPaths } from '../exporter-options.ts';

export interface CopyServerContext {
  readonly credentials: () => Promise<string>;
  /** `undefined` where no accounts are kept. */
  readonly readCopy: (serverId: number) => Promise<AccountsCopy> | undefined;
  readonly readDay: (name: string, size: number) => Promise<Buffer | undefined>;
  readonly onTaken: (serverId: number, taken: Progressed) => void;
}

const refused = plainText(
  403,
  'The accounts of energy are for the other front-ends of the zone: they sign with the credentials of OpenNebula that this exporter has',
);
const notThere = plainText(404, 'Not found');

interface Question {
  readonly query: URLSearchParams;
  readonly seal: (body: string) => string;
}

const numberOf = (query: URLSearchParams, name: string): number => Number(query.get(name) ?? Number.NaN);

export const copyHandlers = (context: CopyServerContext): ReadonlyMap<string, WebHandler> => {
  const guard =
    (path: string, answer: (question: Question) => Promise<WebAnswer>): WebHandler =>
    async (headers, query) => {
      const signer: Signer = createSigner(await context.credentials());
      const given = String(headers[signatureHeader] ?? '');
      const signature = signer.judgeQuestion(`${path}?${query}`, given, Date.now());
      if (signature === undefined) return refused;
      return answer({ query, seal: (body) => signer.sealAnswer(signature, body) });
    };
  const { copy, day, taken } = copyPaths;
  return new Map([
    [
      copy,
      guard(copy, async ({ query, seal }) => {
        const read = await context.readCopy(numberOf(query, 'server'));
        return read === undefined
          ? notThere
          : { status: 200, contentType: 'application/json', body: seal(formatCopy(read)) };
      }),
    ],
    [
      day,
      guard(day, async ({ query }) => {
        const bytes = await context.readDay(query.get('name') ?? '', numberOf(query, 'size'));
        return bytes === undefined
          ? notThere
          : { status: 200, contentType: 'application/octet-stream', body: bytes };
      }),
    ],
    [
      taken,
      guard(taken, async ({ query }) => {
        const [serverId, term, at] = ['server', 'term', 'at'].map((name) => numberOf(query, name));
        context.onTaken(serverId ?? -1, { term: term ?? 0, at: at ?? 0 });
        return plainText(200, 'ok');
      }),
    ],
  ]);
};
