/** Lines of processes on a page of Kepler: nearly all of them are, and few are wanted. */
import { beginsWith } from '../../lib/prometheus/sample-line.ts';

const processStart = Buffer.from('kepler_process_cpu_');
export const processStartLength = processStart.length;
const noVm = Buffer.from('vm_id=""');

export const isProcessLine = (bytes: Buffer, from: number, to: number): boolean =>
  beginsWith(bytes, from, to, processStart);

/** Whether a line is one of the many of processes, by the bytes in which metrics of Kepler differ. */
export const isOfProcess = (bytes: Buffer, from: number): boolean =>
  bytes[from] === 0x6b /* kepler_ */ && bytes[from + 7] === 0x70 && bytes[from + 8] === 0x72 /* process_ */;

/** Where the value of `exe` begins, or -1. */
const exeAt = (bytes: Buffer, from: number, to: number): number => {
  for (let at = from + 4; at < to; at += 1)
    if (
      bytes[at] === 0x22 /* exe=" */ &&
      bytes[at - 1] === 0x3d &&
      bytes[at - 2] === 0x65 &&
      bytes[at - 3] === 0x78 &&
      bytes[at - 4] === 0x65
    )
      return at + 1;
  return -1;
};

/** Whether a line names a program that may be an emulator; most lines do not, and are not taken apart. */
export const mayBeEmulator = (
  bytes: Buffer,
  from: number,
  to: number,
  others: readonly string[],
): boolean => {
  const name = exeAt(bytes, from + processStartLength, to);
  if (name < 0) return false;
  if (others.length > 0) return true;
  let file = name;
  for (let at = name; at < to && bytes[at] !== 0x22 /* quote */; at += 1)
    if (bytes[at] === 0x2f /* slash */) file = at + 1;
  return bytes[file] === 0x71 /* q */ || bytes[file] === 0x6b /* k */ || bytes[file] === 0x2e /* dot */;
};

/** Whether `vm_id`, the last label, is empty. */
export const isNoVm = (bytes: Buffer, from: number, to: number): boolean => {
  let end = to - 1;
  while (end > from && bytes[end] !== 0x7d /* closing brace */) end -= 1;
  return end - from >= noVm.length && beginsWith(bytes, end - noVm.length, end, noVm);
};
