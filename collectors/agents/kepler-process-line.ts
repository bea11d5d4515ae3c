/** Lines of processes on a page of Kepler: nearly all of them are, and few are wanted. */

const processStart = Buffer.from('kepler_process_cpu_');
export const processStartLength = processStart.length;
const exeMarker = Buffer.from('exe="');
const noVm = Buffer.from('vm_id=""');

export const isProcessLine = (line: Buffer): boolean =>
  line.length > processStartLength && processStart.compare(line, 0, processStartLength) === 0;

/** Whether a line is one of the many of processes, by the bytes in which metrics of Kepler differ. */
export const isOfProcess = (bytes: Buffer, from: number): boolean =>
  bytes[from] === 0x6b /* kepler_ */ && bytes[from + 7] === 0x70 && bytes[from + 8] === 0x72 /* process_ */;

/** Whether a line names a program that may be an emulator; most lines do not, and are not taken apart. */
export const mayBeEmulator = (line: Buffer, others: readonly string[]): boolean => {
  const at = line.indexOf(exeMarker);
  if (at < 0) return false;
  if (others.length > 0) return true;
  let name = at + exeMarker.length;
  for (let to = name; to < line.length && line[to] !== 0x22 /* quote */; to += 1)
    if (line[to] === 0x2f /* slash */) name = to + 1;
  return line[name] === 0x71 /* q */ || line[name] === 0x6b /* k */ || line[name] === 0x2e /* dot */;
};

/** Whether `vm_id`, the last label, is empty. */
export const isNoVm = (line: Buffer): boolean => {
  const end = line.lastIndexOf(0x7d /* closing brace */);
  return end >= noVm.length && noVm.compare(line, end - noVm.length, end) === 0;
};
