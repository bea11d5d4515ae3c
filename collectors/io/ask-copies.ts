/** Asks the exporters of other front-ends for their accounts, over their own HTTP. */
import { randomBytes } from 'node:crypto';
import { parseHttpUrl } from '../../lib/http/http-url.ts';
import { DownloadFailure, download } from '../../lib/io/download.ts';
import type { RaftMember } from '../../lib/one/zone.ts';
import {
  type AccountsCopy,
  type CopiedDay,
  createSigner,
  type Progressed,
  parseCopy,
  signatureHeader,
} from '../accounts/copy.ts';
import { copyPaths } from '../exporter-options.ts';

const connectTimeoutMs = 2000;
const totalTimeoutMs = 20_000;
const mostBytes = 512 * 1024 * 1024;

export interface CopyAskerContext {
  /** `--energy.exporter-url` */
  readonly template: () => string;
  /** What this exporter listens on. */
  readonly ownUrl: () => string;
  /** Which part of the cloud this exporter serves, as `--shard` has it. */
  readonly shard: () => string;
  /** What front-ends of a zone share. */
  readonly credentials: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** Where the exporter of that server listens; fails where its endpoint does not tell its host. */
const exporterUrl = ({ template, ownUrl }: CopyAskerContext, { id, name, endpoint }: RaftMember): URL => {
  const host = parseHttpUrl(endpoint)?.hostname;
  if (host === undefined) throw new Error(`the ENDPOINT of server ${name} is no URL: ${endpoint}`);
  const own = new URL(ownUrl());
  const text = template() === '' ? `${own.protocol}//{host}:${own.port}` : template();
  const url = parseHttpUrl(
    text.replaceAll('{host}', host).replaceAll('{id}', String(id)).replaceAll('{name}', name),
  );
  if (url === undefined) throw new Error(`--energy.exporter-url gives no URL for server ${name}`);
  return url;
};

/** What the answers of another exporter mean. */
const explained = (thrown: unknown): unknown => {
  const status = thrown instanceof DownloadFailure && thrown.kind === 'http-status' ? thrown.amount : 0;
  if (status === 403)
    return new Error(
      'it refuses: its one_auth is another one, or the clocks of the two front-ends differ by more than five minutes',
      { cause: thrown },
    );
  if (status === 404) return new Error('its exporter keeps no accounts of energy', { cause: thrown });
  return thrown;
};

export const createCopyAsker = (context: CopyAskerContext) => {
  const ask = async (member: RaftMember, path: string, query: Readonly<Record<string, string>>) => {
    const base = exporterUrl(context, member);
    const question = `${path}?${new URLSearchParams(query)}`;
    const url = new URL(base.href.replace(/\/$/, '') + question);
    const signer = createSigner(await context.credentials());
    const signature = signer.signQuestion(question, Date.now(), randomBytes(16).toString('hex'));
    const pieces: Buffer[] = [];
    await download({
      url,
      headers: { [signatureHeader]: signature },
      connectTimeoutMs,
      totalTimeoutMs,
      mostBytes,
      signal: context.signal,
      onChunk: (chunk) => void pieces.push(Buffer.from(chunk)),
    }).catch((thrown: unknown) => {
      throw explained(thrown);
    });
    return { bytes: Buffer.concat(pieces), open: (text: string) => signer.openAnswer(signature, text) };
  };
  return {
    async readCopy(member: RaftMember, ownId: number): Promise<AccountsCopy> {
      const { bytes, open } = await ask(member, copyPaths.copy, { server: String(ownId) });
      const body = open(bytes.toString());
      const copy = body === undefined ? undefined : parseCopy(body);
      if (copy === undefined)
        throw new Error(
          body === undefined
            ? 'the answer is not signed with the credentials of OpenNebula that this exporter has'
            : 'the answer is no copy of accounts of this version',
        );
      const own = context.shard();
      if (copy.shard !== own)
        throw new Error(
          `it counts the part ${copy.shard} of the hosts and this exporter the part ${own}: name the exporter of the same --shard with --energy.exporter-url`,
        );
      return copy;
    },
    /** What has changed since is found by its checksum. */
    readDay: async (member: RaftMember, { name, size }: CopiedDay): Promise<Buffer> =>
      (await ask(member, copyPaths.day, { name, size: String(size) })).bytes,
    async tellTaken(member: RaftMember, ownId: number, { term, at }: Progressed): Promise<void> {
      await ask(member, copyPaths.taken, { server: String(ownId), term: String(term), at: String(at) });
    },
  };
};
