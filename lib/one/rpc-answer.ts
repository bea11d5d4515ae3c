/**
 * Reads an XML-RPC answer of OpenNebula's API from bytes that come in pieces.
 *
 * Success is `[true, payload, code]`, failure `[false, message, code, id, ...]` (with the extension `<i8>`),
 * and a call that the server does not know is a `<fault>`. The payload of a pool is a document in a string: it
 * is handed on as decoded bytes while it comes and is never held.
 */
import { createXmlScanner } from './xml-scanner.ts';
import { decodeText, decodeTextInto } from './xml-text.ts';

export type RpcScalar = string | number | boolean;

export type RpcOutcome =
  | { readonly kind: 'success'; readonly value: RpcScalar }
  | { readonly kind: 'error'; readonly errorCode: number; readonly message: string }
  | { readonly kind: 'fault'; readonly errorCode: number; readonly message: string }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'not-xml'; readonly detail: string };

export interface RpcAnswerReader {
  push(chunk: Buffer): void;
  finish(): RpcOutcome;
}

/** OpenNebula's error codes (include/Request.h). */
export const rpcErrorCode = { authentication: 0x0100, noSuchObject: 0x0400 } as const;

const scalarNames: ReadonlySet<string> = new Set(['string', 'boolean', 'i4', 'int', 'i8', 'double']);
const longestScalar = 1024 * 1024;

const parseScalar = (type: string, text: string): RpcScalar => {
  if (type === 'string' || type === 'value') return text;
  if (type === 'boolean') return text.trim() === '1' || text.trim() === 'true';
  return Number(text);
};

/**
 * @param onPayload is given the decoded bytes of a success's string, which are only valid during the call;
 *   without it the string is the value of the outcome.
 */
export const createRpcAnswerReader = (onPayload?: (bytes: Buffer) => void): RpcAnswerReader => {
  const path: string[] = [];
  const values: RpcScalar[] = [];
  let scalarText = '';
  let hasScalar = false;
  let isFault = false;
  let payloadStreams = false;
  let unexpectedRoot: string | undefined;
  let scratch = Buffer.alloc(0);

  const streamPayload = (bytes: Buffer, from: number, to: number, cdata: boolean): void => {
    if (cdata) {
      onPayload?.(bytes.subarray(from, to));
      return;
    }
    if (scratch.length < to - from) scratch = Buffer.allocUnsafe(Math.max(to - from, 128 * 1024));
    onPayload?.(scratch.subarray(0, decodeTextInto(bytes, from, to, scratch)));
  };

  const scanner = createXmlScanner({
    open(name) {
      if (path.length === 0 && name !== 'methodResponse') {
        unexpectedRoot = name;
        return 'skip';
      }
      path.push(name);
      if (name === 'fault') isFault = true;
      if (name === 'value' || scalarNames.has(name)) {
        scalarText = '';
        hasScalar = name !== 'value';
        payloadStreams =
          onPayload !== undefined &&
          name === 'string' &&
          !isFault &&
          values.length === 1 &&
          values[0] === true;
      }
      return 'read';
    },
    text(bytes, from, to, cdata) {
      const name = path.at(-1) ?? '';
      if (payloadStreams && name === 'string') streamPayload(bytes, from, to, cdata);
      else if ((name === 'value' || scalarNames.has(name)) && scalarText.length < longestScalar) {
        scalarText += decodeText(bytes, from, to, cdata);
      }
    },
    close(name) {
      path.pop();
      if (scalarNames.has(name)) {
        values.push(payloadStreams ? '' : parseScalar(name, scalarText));
        payloadStreams = false;
      } else if (name === 'value' && !hasScalar && scalarText.trim() !== '') {
        values.push(scalarText); // a value without a type is a string
      }
      if (name === 'value') hasScalar = true; // what closes around it holds no text of its own
    },
  });

  const outcome = (): RpcOutcome => {
    const [first, second, third] = values;
    if (isFault) {
      const errorCode = values.find((value) => typeof value === 'number') ?? 0;
      const message = values.find((value) => typeof value === 'string') ?? '';
      return { kind: 'fault', errorCode: Number(errorCode), message: String(message) };
    }
    if (first === true && second !== undefined) return { kind: 'success', value: second };
    if (first === false && second !== undefined) {
      return { kind: 'error', errorCode: Number(third ?? 0), message: String(second) };
    }
    return { kind: 'not-xml', detail: 'it holds no result' };
  };

  return {
    push: scanner.push,
    finish() {
      const end = scanner.finish();
      if (end === 'empty') return { kind: 'not-xml', detail: 'it holds no element' };
      if (unexpectedRoot !== undefined) {
        return { kind: 'not-xml', detail: `it begins with <${unexpectedRoot.slice(0, 40)}>` };
      }
      return end === 'truncated' ? { kind: 'truncated' } : outcome();
    },
  };
};
