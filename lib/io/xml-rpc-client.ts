/**
 * The one client of OpenNebula's XML-RPC API.
 *
 * Each call is a connection of its own (oned closes it whatever is asked) with a Content-Length (oned refuses
 * chunked requests). At most four calls run at once: oned has 15 places for all of its clients. Failures are
 * OneExtErrors with the codes ONE_*.
 */
import { commonError } from '../errors/common-errors.ts';
import { type OneExtError, reasonOf } from '../errors/oneext-error.ts';
import { shownUrl } from '../http/http-url.ts';
import { createRpcAnswerReader, type RpcOutcome, type RpcScalar, rpcErrorCode } from '../one/rpc-answer.ts';
import { formatRpcRequest, type RpcParameter } from '../one/rpc-request.ts';
import { createLimit } from './concurrency.ts';
import { DownloadFailure, download } from './download.ts';

export interface CallStatistics {
  readonly method: string;
  readonly bytes: number;
  readonly failed: boolean;
}

export interface XmlRpcClientOptions {
  readonly endpoint: URL;
  /** `user:password`, read anew for every call so that a changed password is seen. */
  readonly credentials: () => Promise<string>;
  readonly connectTimeoutMs?: number;
  readonly totalTimeoutMs: number;
  readonly onCall?: (statistics: CallStatistics) => void;
  /** Ends all calls. */
  readonly signal?: AbortSignal;
}

export interface CallOptions {
  /** Is given the decoded bytes of the document that is the result; they are valid during the call only. */
  readonly onPayload?: (bytes: Buffer) => void;
  /** Another server of the zone, for one.zone.raftstatus. */
  readonly endpoint?: URL;
  readonly connectTimeoutMs?: number;
  readonly totalTimeoutMs?: number;
}

export interface XmlRpcClient {
  call(method: string, parameters: readonly RpcParameter[], options?: CallOptions): Promise<RpcScalar>;
}

/** To one server: those of a zone do not hold each other up. */
const mostCallsAtOnce = 4;
const defaultConnectTimeoutMs = 5000;
const mostAnswerBytes = 8 * 1024 ** 3;

interface CallFields {
  readonly method: string;
  readonly endpoint: string;
}

const failureOf = (
  outcome: Exclude<RpcOutcome, { kind: 'success' }>,
  fields: CallFields,
  bytes: number,
): OneExtError => {
  switch (outcome.kind) {
    case 'truncated':
      return commonError('ONE_TRUNCATED', { ...fields, bytes });
    case 'not-xml':
      return commonError('ONE_NOT_XML', { ...fields, detail: outcome.detail });
    case 'fault':
      return commonError('ONE_FAULT', {
        ...fields,
        errorCode: outcome.errorCode,
        detail: outcome.message,
      });
    case 'error': {
      const { errorCode, message: detail } = outcome;
      const told = { ...fields, detail };
      if (errorCode === rpcErrorCode.authentication) return commonError('ONE_AUTHENTICATION', told);
      if (errorCode === rpcErrorCode.noSuchObject) return commonError('ONE_NO_SUCH_OBJECT', told);
      return commonError('ONE_REFUSED', { ...told, errorCode });
    }
  }
};

const downloadError = (thrown: unknown, fields: CallFields): unknown => {
  if (!(thrown instanceof DownloadFailure)) return thrown;
  switch (thrown.kind) {
    case 'timeout':
      return commonError(
        'ONE_TIMEOUT',
        { ...fields, timeoutName: thrown.timeoutName, timeoutMs: thrown.amount },
        thrown,
      );
    case 'http-status':
      return commonError('ONE_HTTP_STATUS', { ...fields, status: thrown.amount }, thrown);
    case 'truncated':
    case 'too-large':
      return commonError('ONE_TRUNCATED', { ...fields, bytes: thrown.amount }, thrown);
    default:
      return commonError('ONE_CONNECTION', { ...fields, detail: reasonOf(thrown) }, thrown);
  }
};

export const createXmlRpcClient = (options: XmlRpcClientOptions): XmlRpcClient => {
  const limits = new Map<string, ReturnType<typeof createLimit>>();

  const callOnce = async (
    method: string,
    parameters: readonly RpcParameter[],
    { onPayload, endpoint = options.endpoint, ...timeouts }: CallOptions,
  ): Promise<RpcScalar> => {
    const totalTimeoutMs = timeouts.totalTimeoutMs ?? options.totalTimeoutMs;
    const connectTimeoutMs = timeouts.connectTimeoutMs ?? options.connectTimeoutMs ?? defaultConnectTimeoutMs;
    const credentials = await options.credentials();
    const reader = createRpcAnswerReader(onPayload);
    const fields = { method, endpoint: shownUrl(endpoint) };
    let read = 0;
    let failed = true;
    try {
      await download({
        url: endpoint,
        method: 'POST',
        headers: { 'Content-Type': 'text/xml' },
        body: formatRpcRequest(method, [credentials, ...parameters]),
        connectTimeoutMs: Math.min(connectTimeoutMs, totalTimeoutMs),
        totalTimeoutMs,
        mostBytes: mostAnswerBytes,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        onChunk(chunk) {
          read += chunk.length;
          reader.push(chunk);
        },
      });
      const outcome = reader.finish();
      if (outcome.kind !== 'success') throw failureOf(outcome, fields, read);
      failed = false;
      return outcome.value;
    } catch (thrown) {
      throw downloadError(thrown, fields);
    } finally {
      options.onCall?.({ method, bytes: read, failed });
    }
  };

  return {
    call(method, parameters, callOptions = {}) {
      const server = (callOptions.endpoint ?? options.endpoint).host;
      const limit = limits.get(server) ?? createLimit(mostCallsAtOnce);
      limits.set(server, limit);
      return limit(() => callOnce(method, parameters, callOptions));
    },
  };
};
