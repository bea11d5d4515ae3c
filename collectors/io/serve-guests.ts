/** Serves each VM its own power and energy, for the token that it has for OneGate: on a port of its own. */
import { setMaxListeners } from 'node:events';
import { createCycle } from '../../lib/io/cycle.ts';
import { startGatheringWebServer, type WebQuestion } from '../../lib/io/gathering-web-server.ts';
import { plainText, type TextAnswer } from '../../lib/io/web-answers.ts';
import type { WebServer } from '../../lib/io/web-server.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { ExporterOptions } from '../exporter-options.ts';
import { createGuessLimit } from '../guests/guess-limit.ts';
import { type GuestPage, guestPages } from '../guests/guest-pages.ts';
import { guestPowerOf } from '../guests/guest-power.ts';
import { type GuestCredentials, type GuestVerdict, identifyGuest } from '../guests/identify-guest.ts';
import { createKnownTokens } from '../guests/known-tokens.ts';
import { isWhole, shardOfVm } from '../shard.ts';
import { createGuestDocuments, type GuestDocuments, type GuestDocumentsReader } from './guest-documents.ts';
import { createHold } from './hold-answers.ts';
import type { PartReader } from './own-part.ts';
import type { Reading, Source } from './source.ts';
import type { Sources } from './sources.ts';

/** How long answers wait while somebody guesses; whoever has the right token waits for no longer. */
const holdMs = 3000;
/** A guest asks every few seconds, and its client mostly keeps no connection. */
const mostConnections = 1024;
const sayAgainMs = 10_000;

export interface GuestServerContext {
  readonly settings: () => ExporterOptions;
  readonly sources: () => Sources;
  readonly readPart: PartReader;
  readonly energy: Source<Accounts | undefined>;
  /** Told each time that the server begins to listen, and that it has ended. */
  readonly onUp: (isUp: boolean) => void;
  readonly now: () => number;
  readonly log: Log;
}

export interface GuestServer {
  readonly onStep: GuestDocumentsReader['onStep'];
  /** `undefined` where no guests are served. */
  start(programFile: string): Promise<WebServer | undefined>;
}

const answer = (status: number, body: string, headers = {}): TextAnswer => ({
  ...plainText(status, body),
  headers: { 'Cache-Control': 'no-store', ...headers },
});
const unauthorized = answer(
  401,
  'Not authorized: X-ONEGATE-VMID and X-ONEGATE-TOKEN must name a VM that exists and its own token',
  { 'WWW-Authenticate': 'OneGate' },
);
const unavailable = (reason: string): TextAnswer => answer(503, reason);

const vmIdHeader = 'x-onegate-vmid';
const tokenHeader = 'x-onegate-token';
const credentialsOf = (headers: WebQuestion['headers']): GuestCredentials => ({
  vmId: headers[vmIdHeader] ?? '',
  token: headers[tokenHeader] ?? '',
});

const noReading: Reading<Accounts | undefined> = { value: undefined, readAt: Number.NEGATIVE_INFINITY };

export const createGuestServer = ({
  settings,
  sources,
  readPart,
  energy,
  onUp,
  now,
  log,
}: GuestServerContext): GuestServer => {
  const documents = createGuestDocuments({ sources, isWhole: () => isWhole(settings().shard), now, log });
  const limit = createGuessLimit();
  const hold = createHold(holdMs);
  const tokens = createKnownTokens();
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // one for each answer that is held
  let saidAt = Number.NEGATIVE_INFINITY;

  const onWrong = (vmId: number | undefined, client: string): void => {
    if (!limit.wrong({ vmId, client }, now()) || now() - saidAt < sayAgainMs) return;
    saidAt = now();
    log.warn('wrong OneGate tokens: answers wait for a while', { one_vm_id: vmId ?? 'unknown', client });
  };
  /** The verdict, after a while where somebody guesses. */
  const judge = async (
    credentials: GuestCredentials,
    { directory }: GuestDocuments,
    client: string,
  ): Promise<GuestVerdict> => {
    const verdict = identifyGuest(credentials, directory, tokens.tokenOf);
    const vmId = verdict.kind === 'granted' ? verdict.vm.id : undefined;
    const asked = { vmId: verdict.kind === 'denied' ? verdict.vmId : vmId, client };
    if (verdict.kind === 'denied' && credentials.token !== '') onWrong(asked.vmId, asked.client);
    if (limit.mustWait(asked, now())) await hold(ending.signal);
    return verdict;
  };
  const read = async (
    vm: (GuestVerdict & { kind: 'granted' })['vm'],
    page: GuestPage,
  ): Promise<TextAnswer> => {
    const part = await readPart();
    const { number, count } = shardOfVm(vm, part);
    if (number !== part.number)
      return unavailable(`other_part: this VM is served by the exporter with --shard ${number}/${count}`);
    const { value, readAt } = await energy.get().catch(() => noReading); // the collector says why
    const { 'energy.longest-gap': gapMs, 'energy.interval': intervalMs } = settings();
    const power = guestPowerOf(vm, value, documents.latest()?.situation());
    if (power.kind === 'unmeasured') return unavailable(power.reason);
    const ageMs = now() - readAt;
    if (ageMs > gapMs + intervalMs)
      return unavailable(`no_reading: the power agents were read last ${Math.round(ageMs / 1000)} s ago`);
    const { account, watts } = power;
    const reading = { vmId: vm.id, account, watts, wallMs: Date.now() - ageMs };
    const { contentType, format } = page;
    return { ...answer(200, ''), contentType, body: format(reading, intervalMs) };
  };
  const serve = async (page: GuestPage, { headers, address }: WebQuestion): Promise<TextAnswer> => {
    const latest = documents.latest();
    if (latest === undefined)
      return unavailable('starting: the exporter has not read the VMs and users of OpenNebula yet');
    const ageMs = now() - latest.readAt;
    const { 'snapshot.max-age': maxAgeMs, 'energy.interval': intervalMs } = settings();
    const refreshMs = settings()['one.min-refresh-interval'];
    if (ageMs > maxAgeMs + intervalMs + refreshMs)
      return unavailable(`no_documents: OpenNebula was read last ${Math.round(ageMs / 1000)} s ago`);
    const verdict = await judge(credentialsOf(headers), latest, address);
    if (verdict.kind === 'denied') return unauthorized;
    if (verdict.kind === 'unknown')
      return unavailable('no_attributes: who created this VM could not be read from OpenNebula');
    return read(verdict.vm, page);
  };
  return {
    onStep: documents.onStep,
    async start(programFile) {
      const { 'guest.listen-address': addresses, 'web.config.file': webConfigFile } = settings();
      const intervalMs = settings()['energy.interval'];
      if (addresses.length === 0) return undefined;
      const server = await startGatheringWebServer({
        server: { addresses, webConfigFile, knowsItsClients: true, mostConnections, programFile },
        paths: [...guestPages.keys()],
        headerNames: [vmIdHeader, tokenHeader],
        answer: async (question) => {
          const page = guestPages.get(question.path);
          return page === undefined ? answer(404, 'Not found') : serve(page, question);
        },
        onUp,
        log,
      });
      const reading = createCycle(async () => {
        await documents.readIfOlder(2 * intervalMs);
        tokens.keepOnly(documents.latest()?.directory.vms ?? new Map());
      }, intervalMs);
      reading.start();
      log.info('listening for guests', { url: server.urls.join(' ') });
      if (!settings()['collector.energy'])
        log.warn('guests get nothing: --no-collector.energy keeps no accounts of energy', {});
      return {
        ...server,
        async close(graceMs) {
          reading.stop();
          ending.abort();
          await server.close(graceMs);
        },
      };
    },
  };
};
