/** The processor time of whole programs. */
import type { Lab } from './lab.ts';

const times = 100;

/**
 * The processor time of a program from its start to its end, in milliseconds: a shell runs it a hundred times, and its
 * builtin `times` adds up that of its children.
 */
export const processorMs = async (
  { processes }: Lab,
  argv: readonly string[],
  stdinFile: string,
): Promise<number> => {
  const loop = `file=$1; shift; i=0; while [ $i -lt ${times} ]; do "$@" <"$file" 2>&1; i=$((i+1)); done; times`;
  const output = await processes.runToEnd(['sh', '-c', loop, 'sh', stdinFile, ...argv]);
  const ofChildren = output.trimEnd().split('\n').at(-1) ?? '';
  const seconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => 60 * Number(m) + Number(s));
  return (seconds.reduce((sum, one) => sum + one, 0) * 1000) / times;
};
