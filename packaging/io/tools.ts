/** The programs that make packages. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Program -> the package of Debian that has it. */
const debianPackages = { 'dpkg-deb': 'dpkg', rpmbuild: 'rpm', tar: 'tar', gzip: 'gzip' } as const;
type Tool = keyof typeof debianPackages;

const isThere = (tool: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(path.join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Fails with the names of all that are missing. */
export const checkTools = (): void => {
  const missing = Object.entries(debianPackages).filter(([tool]) => !isThere(tool));
  if (missing.length === 0) return;
  const names = missing.map(([tool]) => tool).join(', ');
  const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
  throw new Error(`not found: ${names}. On Debian: apt-get install ${packages}`);
};

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
