/** Power agents that come and go as a function of time, each of them in its own turn and in every way. */
import type http from 'node:http';
import { chance } from './cloud.ts';

const failures = ['reset', 'unavailable', 'cut', 'empty', 'another'] as const;
/** What an agent does instead of an answer; `another` agent answers in its place. */
export type AgentFailure = (typeof failures)[number];

const turnSeconds = 60;
const failingPart = 0.5;

/** @param seconds since the simulation began */
export const failureAt = (hostId: number, seconds: number): AgentFailure | undefined => {
  const turn = Math.floor(seconds / turnSeconds + chance(hostId, 20));
  if (chance(hostId, turn, 21) >= failingPart) return undefined;
  return failures[Math.floor(chance(hostId, turn, 22) * failures.length)];
};

export interface AgentPages {
  readonly page: Buffer;
  /** The page of another agent of the same host. */
  readonly another: () => Buffer;
}

const send = (response: http.ServerResponse, page: Buffer): void => {
  response.writeHead(200, { 'Content-Length': page.length }).end(page);
};

export const answerAgent = (
  response: http.ServerResponse,
  { page, another }: AgentPages,
  failure: AgentFailure | undefined,
): void => {
  if (failure === undefined) send(response, page);
  else if (failure === 'another') send(response, another());
  else if (failure === 'empty') send(response, Buffer.alloc(0));
  else if (failure === 'unavailable') response.writeHead(503).end();
  else if (failure === 'reset') response.destroy();
  else {
    response.writeHead(200, { 'Content-Length': page.length });
    response.write(page.subarray(0, page.length / 2), () => response.destroy());
  }
};
