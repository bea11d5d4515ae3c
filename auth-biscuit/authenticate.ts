/**
 * authenticate: the entry of the driver. Judges the request on stdin under the limits of launcher.sh, which
 * stands before this code in the same file and hands the answer on.
 */
import { readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { judge } from './io/judge.ts';
import { configurationFilesOf } from './io/read-configuration.ts';
import { longestRequest } from './request.ts';

/** stdin up to one byte more than a request may have. */
const readRequest = (): Uint8Array => {
  const buffer = Buffer.alloc(longestRequest + 1);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(0, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
};

const answer = async (): Promise<void> => {
  const { granted, line } = await judge(readRequest(), {
    now: new Date(),
    wasmFile: path.join(__dirname, 'biscuit.wasm'),
    configurationFiles: configurationFilesOf(process.env['ONE_LOCATION']),
  });
  writeSync(1, `${line}\n`);
  if (granted) process.exitCode = 0;
};

// Denied is what stands if anything below does not come to its end.
process.exitCode = 77;

/** Started as `node authenticate`: without the limits nothing is judged. */
const startLauncher = async (): Promise<void> => {
  const { spawnSync } = await import('node:child_process');
  process.exitCode = spawnSync('/bin/sh', [__filename], { stdio: 'inherit' }).status ?? 77;
};

(process.argv[2] === 'judge' ? answer() : startLauncher()).catch(() => {
  process.exitCode = 1;
});
