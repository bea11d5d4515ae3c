/**
 * A highly available zone of three front-ends: who leads it, who can reach whom, and a cloud with one VM that all see.
 *
 * Each exporter sees the zone through addresses of its own, so that a split cuts what it asks and what it copies.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { encodeDocument } from '../../simulator/front-end.ts';
import { countingPage } from './counting-cloud.ts';
import { type ExporterProcess, startExporter } from './exporter.ts';
import { httpAnswer, methodOf, startRawServer } from './raw-server.ts';
import { kvmHostPool } from './recorded-front-end.ts';
import { recordedAnswer } from './recordings.ts';
import { temporaryFolder } from './temporary.ts';

export const serverIds = [0, 1, 2] as const;
export type ServerId = (typeof serverIds)[number];

/** What the servers say of the election. */
interface ZoneState {
  /** Of each server: the term, and whether it leads. */
  readonly terms: readonly number[];
  readonly leaders: readonly ServerId[];
  readonly down: readonly ServerId[];
  /** Servers that see each other. */
  readonly sides: readonly (readonly ServerId[])[];
  /** Servers that take requests and do not answer the others. */
  readonly slow: readonly ServerId[];
}

const recordings: Readonly<Record<string, string>> = {
  'one.vmpool.info': 'vmpool.info-notdone',
  'one.vmpool.infoextended': 'vmpool.infoextended-notdone',
  'one.vmpool.infoset': 'vmpool.infoset',
};

const document = (text: string): Buffer => httpAnswer('200 OK', encodeDocument(text));

/** Passes requests on to the exporter that a path names: /ASKING/ASKED/... */
const startRelay = async (
  t: TestContext,
  urlOf: (asked: number) => string | undefined,
  sees: (asking: number, asked: number) => boolean,
): Promise<number> => {
  const server = http.createServer((request, response) => {
    const [, asking, asked, rest = ''] = /^\/(\d)\/(\d)(\/.*)$/.exec(request.url ?? '') ?? [];
    const target = urlOf(Number(asked));
    if (target === undefined || !sees(Number(asking), Number(asked))) return void request.socket.destroy();
    const onward = http.get(`${target}${rest}`, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    response.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
};

/** Lets a program believe that it is another time. */
const clockAhead = (ms: number): Readonly<Record<string, string>> => {
  const text = `
    const Now = Date;
    globalThis.Date = class extends Now {
      constructor(...given) { given.length === 0 ? super(Now.now() + ${ms}) : super(...given); }
      static now() { return Now.now() + ${ms}; }
    };
    Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + ${ms} });`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(text)}` };
};

export const startZone = async (t: TestContext) => {
  const folder = temporaryFolder(t);
  const beganAt = performance.now();
  const exporters = new Map<number, ExporterProcess>();
  let state: ZoneState = { terms: [1, 1, 1], leaders: [0], down: [], sides: [serverIds], slow: [] };
  const sees = (asking: number, asked: number): boolean =>
    !state.down.some((id) => id === asking || id === asked) &&
    state.sides.some((side) => [asking, asked].every((one) => side.some((id) => id === one)));

  const ports: number[] = [];
  const templates: ServerId[] = [];
  /** The zone as one of the servers sees it. */
  const zoneOf = (asking: number): string =>
    serverIds
      .map(
        (id) =>
          `<SERVER><ID>${id}</ID><NAME>one-${id}</NAME><ENDPOINT>http://127.0.0.1:${ports[id]}/from-${asking}</ENDPOINT></SERVER>`,
      )
      .join('');
  const documentOf = (method: string, asked: ServerId): string | undefined => {
    if (method === 'one.vmpool.monitoring') return '<MONITORING_DATA/>';
    if (method === 'one.zonepool.info')
      return `<ZONE_POOL><ZONE><ID>0</ID><NAME>z</NAME><SERVER_POOL>${zoneOf(asked)}</SERVER_POOL></ZONE></ZONE_POOL>`;
    if (method !== 'one.zone.raftstatus') return undefined;
    const says = state.leaders.includes(asked) ? 3 : 2;
    return `<RAFT><SERVER_ID>${asked}</SERVER_ID><STATE>${says}</STATE><TERM>${state.terms[asked]}</TERM></RAFT>`;
  };
  const answerOf = (asked: ServerId) => (request: string) => {
    const asking = Number(/^POST \/from-(\d)/.exec(request)?.[1] ?? asked);
    if (!sees(asking, asked)) return 'reset' as const;
    if (asking !== asked && state.slow.includes(asked)) return 'hang' as const;
    const method = methodOf(request);
    if (method === 'one.hostpool.info') return kvmHostPool();
    if (method === 'one.host.update') {
      templates.push(asked);
      return { bytes: document('1') };
    }
    const text = documentOf(method, asked);
    if (text !== undefined) return { bytes: document(text) };
    return { bytes: recordedAnswer(recordings[method] ?? 'error-badmethod') };
  };
  for (const id of serverIds) {
    const frontEnd = await startRawServer(answerOf(id));
    t.after(frontEnd.close);
    ports.push(frontEnd.port);
  }
  const agent = await startRawServer((request) => ({
    bytes: httpAnswer(
      '200 OK',
      request.startsWith('GET /1/') ? countingPage((performance.now() - beganAt) / 1000) : '',
    ),
  }));
  t.after(agent.close);
  const relay = await startRelay(t, (asked) => exporters.get(asked)?.url, sees);
  const startAt = async (
    id: ServerId,
    clockMs: number,
    ...flags: readonly string[]
  ): Promise<ExporterProcess> => {
    const exporter = await startExporter({
      ...(clockMs === 0 ? {} : { environment: clockAhead(clockMs) }),
      endpoint: `http://127.0.0.1:${ports[id]}/RPC2`,
      flags: [
        `--power.agent-url=http://127.0.0.1:${agent.port}/{id}/metrics`,
        `--energy.directory=${path.join(folder, `energy-${id}`)}`,
        `--energy.exporter-url=http://127.0.0.1:${relay}/${id}/{id}`,
        '--energy.interval=1s',
        '--energy.copy-interval=1s',
        ...flags,
      ],
    });
    exporters.set(id, exporter);
    t.after(exporter.end);
    return exporter;
  };
  return {
    /** Which server was told to write the template of a host, in order. */
    templates,
    folderOf: (id: ServerId): string => path.join(folder, `energy-${id}`),
    /** What the VM has drawn at most until now. */
    joules: (): number => ((performance.now() - beganAt) / 1000) * 40,
    elect(next: Partial<ZoneState>): void {
      state = { ...state, ...next };
    },
    start: (id: ServerId, ...flags: readonly string[]): Promise<ExporterProcess> => startAt(id, 0, ...flags),
    /** With a clock that is ahead. */
    startAt,
  };
};
