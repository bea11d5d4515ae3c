/** The recordings in test/fixtures. */
import { readFileSync } from 'node:fs';
import { createDocumentReader, type OneElement, type Shape } from '../../lib/one/document-reader.ts';
import { createRpcAnswerReader } from '../../lib/one/rpc-answer.ts';
import { repositoryPath } from './expected.ts';

/** A recorded answer with its status line and headers. */
export const recordedAnswer = (name: string): Buffer =>
  readFileSync(repositoryPath('test/fixtures/opennebula/rpc', `${name}.http`));

/** The body of a recorded answer. */
export const recordedBody = (name: string): Buffer => {
  const answer = recordedAnswer(name);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
};

export const recordedPage = (name: string): Buffer =>
  readFileSync(repositoryPath('test/fixtures/agents', name));

/** Hands bytes over in pieces of a size. */
export const inPieces = (bytes: Buffer, size: number, push: (piece: Buffer) => void): void => {
  for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
};

/** The decoded document of a recorded answer. */
export const recordedDocument = (name: string): Buffer => {
  const pieces: Buffer[] = [];
  const reader = createRpcAnswerReader((bytes) => pieces.push(Buffer.from(bytes)));
  reader.push(recordedBody(name));
  return Buffer.concat(pieces);
};

/** All objects of a document, read in pieces of a size. */
export const readObjects = <T>(
  document: Buffer,
  objectName: string,
  shape: Shape,
  parse: (element: OneElement) => T | undefined,
  pieceSize = 4096,
): readonly T[] => {
  const objects: T[] = [];
  const reader = createDocumentReader(objectName, shape, (element) => {
    const object = parse(element);
    if (object !== undefined) objects.push(object);
  });
  inPieces(document, pieceSize, reader.push);
  reader.finish();
  return objects;
};
