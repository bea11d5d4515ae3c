/** Hosts that are SSH servers which we did not write, and run what they are told with a real bash. */
import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { type SshServer, startSshServer } from './ssh-host.ts';

/** Told of each command that begins or ends: over several hosts, the most at once can be counted. */
export type OnRunning = (change: 1 | -1) => void;

/** @param environment the whole environment of commands */
export const startShellHost = (
  t: TestContext,
  environment: Readonly<Record<string, string>>,
  onRunning: OnRunning = () => undefined,
): Promise<SshServer> =>
  startSshServer(t, (channel, command) => {
    onRunning(1);
    const child = spawn('/bin/bash', ['--norc', '-c', command], { env: { ...environment }, detached: true });
    for (const stream of [child.stdin, child.stdout, child.stderr, channel]) {
      stream.on('error', () => undefined); // clients that go away are part of the tests
    }
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    channel.once('close', () => {
      // As sshd does: what still writes meets a pipe without a reader.
      child.stdin.end();
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.once('exit', () => onRunning(-1));
    child.once('close', (code) => {
      if (channel.destroyed) return;
      // Once all that was written before has been taken.
      channel.stderr.write('', () =>
        channel.write('', () => {
          channel.exit(code ?? 255);
          channel.end();
        }),
      );
    });
  });
