/**
 * A front-end that answers like oned: same framing, headers and errors, one connection for each call.
 *
 * Requests are read by the package xmlrpc, an implementation that is not ours; documents are ready-made.
 */
import http from 'node:http';
import Deserializer from 'xmlrpc/lib/deserializer.js';
import { escapeXmlText } from '../lib/one/rpc-request.ts';

/** The document of a call, or the error code and message that oned would answer. */
export type Answer =
  | { readonly document: string | Buffer }
  | { readonly errorCode: number; readonly message: string };
export type AnswerCall = (method: string, parameters: readonly unknown[]) => Answer | undefined;

const header = '<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse>\n';

/** A document as it stands in an answer; make it once and serve it often. */
export const encodeDocument = (document: string): Buffer =>
  Buffer.from(
    `${header}<params>\n<param><value><array><data>\n<value><boolean>1</boolean></value>\n<value><string>` +
      `${escapeXmlText(document)}</string></value>\n<value><i4>0</i4></value>\n</data></array></value></param>\n</params>\n</methodResponse>\n`,
  );

const encodeError = (errorCode: number, message: string): string =>
  `${header}<params>\n<param><value><array><data>\n<value><boolean>0</boolean></value>\n<value><string>${escapeXmlText(message)}` +
  `</string></value>\n<value><i4>${errorCode}</i4></value>\n<value><i4>-1</i4></value>\n<value><i8>-1</i8></value>\n` +
  '</data></array></value></param>\n</params>\n</methodResponse>\n';

const encodeFault = (code: number, message: string): string =>
  `${header}<fault>\n<value><struct>\n<member><name>faultCode</name>\n<value><i4>${code}</i4></value></member>\n` +
  `<member><name>faultString</name>\n<value><string>${escapeXmlText(message)}</string></value></member>\n` +
  '</struct></value>\n</fault>\n</methodResponse>\n';

const encode = (answer: Answer | undefined, method: string): string | Buffer => {
  if (answer === undefined) return encodeFault(-506, `Method '${method}' not defined`);
  if ('errorCode' in answer) return encodeError(answer.errorCode, answer.message);
  return typeof answer.document === 'string' ? encodeDocument(answer.document) : answer.document;
};

const send = (response: http.ServerResponse, status: number, body: string | Buffer): void => {
  response.writeHead(status, {
    'Content-type': 'text/xml; charset=utf-8',
    'Content-length': Buffer.byteLength(body),
    Connection: 'close',
    Server: 'Xmlrpc-c_Abyss/1.33.14',
  });
  response.end(body);
};

export const createFrontEnd = (credentials: string, answerCall: AnswerCall): http.Server =>
  http.createServer((request, response) => {
    if (request.method !== 'POST') send(response, 405, '');
    else if (request.headers['content-length'] === undefined) send(response, 411, '');
    else {
      new Deserializer().deserializeMethodCall(request, (error, method, [secret, ...parameters]) => {
        if (error !== null && error !== undefined) send(response, 200, encodeFault(-503, String(error)));
        else if (secret !== credentials) {
          const message = `[${method}] User couldn't be authenticated, aborting call.`;
          send(response, 200, encodeError(256, message));
        } else send(response, 200, encode(answerCall(method, parameters), method));
      });
    }
  });
