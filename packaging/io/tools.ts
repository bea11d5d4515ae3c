/** The programs that make packages. */
import { execFileSync } from 'node:child_process';

/** scripts/package.mjs has looked for them. */
type Tool = 'dpkg-deb' | 'rpmbuild' | 'tar' | 'gzip' | 'llvm-strip';

interface ToolRun {
  /** For SOURCE_DATE_EPOCH. */
  readonly time: number;
  readonly input?: string | Buffer;
  /** What the tool takes for the home: files of whoever builds must not count. */
  readonly home?: string;
}

/** Runs a tool in an environment that is the same everywhere; its stdout. */
export const runTool = (
  tool: Tool,
  argv: readonly string[],
  { time, input = '', home = '/nonexistent' }: ToolRun,
): Buffer => {
  try {
    return execFileSync(tool, argv, {
      input,
      env: { PATH: process.env['PATH'], HOME: home, LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: String(time) },
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 256 * 1024 * 1024,
    });
  } catch (thrown) {
    const { stderr } = thrown as { stderr?: Buffer };
    throw new Error(`${tool} ${argv.join(' ')} failed: ${stderr?.toString().trim() || thrown}`);
  }
};

/** With no name and no time in it. */
export const gzip = (content: string | Buffer, time: number): Buffer =>
  runTool('gzip', ['-9n'], { time, input: content });
