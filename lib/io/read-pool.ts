/** Reads one document of OpenNebula's API, object by object. */
import { commonError } from '../errors/common-errors.ts';
import { createDocumentReader, type OneElement, type Shape } from '../one/document-reader.ts';
import type { RpcParameter } from '../one/rpc-request.ts';
import type { CallOptions, XmlRpcClient } from './xml-rpc-client.ts';

export interface DocumentCall<T> {
  readonly method: string;
  readonly parameters: readonly RpcParameter[];
  /** The element of one object: `VM`, `HOST`, `RAFT`, ... */
  readonly objectName: string;
  readonly shape: Shape;
  /** `undefined` leaves an object out. */
  readonly parse: (element: OneElement) => T | undefined;
  readonly options?: Omit<CallOptions, 'onPayload'>;
  /** Is told how many places of the document had to be mended, if any. */
  readonly onRepairs?: (count: number) => void;
}

/** All objects of the document, in its order. Fails with the client's errors, never with half of them. */
export const readDocument = async <T>(client: XmlRpcClient, call: DocumentCall<T>): Promise<readonly T[]> => {
  const objects: T[] = [];
  let bytes = 0;
  const reader = createDocumentReader(call.objectName, call.shape, (element) => {
    const object = call.parse(element);
    if (object !== undefined) objects.push(object);
  });
  await client.call(call.method, call.parameters, {
    ...call.options,
    onPayload(chunk) {
      bytes += chunk.length;
      reader.push(chunk);
    },
  });
  if (reader.finish() !== 'complete') {
    throw commonError('ONE_TRUNCATED', { method: call.method, endpoint: 'OpenNebula', bytes });
  }
  if (reader.repairs() > 0) call.onRepairs?.(reader.repairs());
  return objects;
};

/** The filter of the pool calls: objects of all users, no range. */
export const allOfPool = [-2, -1, -1] as const;
