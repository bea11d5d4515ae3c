/** The programs that make packages. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** scripts/package.mjs has looked for them. */
type Tool = 'dpkg-deb' | 'rpmbuild' | 'tar' | 'gzip' | 'llvm-strip';

interface ToolRun {
  /** For SOURCE_DATE_EPOCH. */
  readonly time: number;
  readonly input?: string | Buffer;
  /** What the tool takes for the home: files of whoever builds must not count. */
  readonly home?: string;
}

const run = promisify(execFile);

/** Runs a tool in an environment that is the same everywhere; its stdout. */
export const runTool = async (
  tool: Tool,
  argv: readonly string[],
  { time, input = '', home = '/nonexistent' }: ToolRun,
): Promise<Buffer> => {
  const running = run(tool, argv, {
    env: { PATH: process.env['PATH'], HOME: home, LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: String(time) },
    encoding: 'buffer',
    maxBuffer: 256 * 1024 * 1024,
  });
  // A tool that has ended already says why itself.
  running.child.stdin?.on('error', () => {}).end(input);
  try {
    return (await running).stdout;
  } catch (thrown) {
    const { stderr } = thrown as { stderr?: Buffer };
    throw new Error(`${tool} ${argv.join(' ')} failed: ${stderr?.toString().trim() || thrown}`);
  }
};

/** With no name and no time in it. */
export const gzip = (content: string | Buffer, time: number, level = 9): Promise<Buffer> =>
  runTool('gzip', [`-${level}n`], { time, input: content });
