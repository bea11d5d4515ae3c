/** Runs dist/opennebula-power-agent as systemd would, on a port that is free. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { repositoryPath } from './expected.ts';

export interface PowerAgentProcess {
  readonly url: string;
  readonly pid: number;
  readonly log: () => string;
  /** The page of metrics. */
  readonly page: (headers?: Readonly<Record<string, string>>) => Promise<string>;
  /** The first page on which this holds. */
  readonly pageWhere: (holds: (page: string) => boolean) => Promise<string>;
  /** Ends it in order, or as the kernel does where memory is short; its exit code. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

export const startPowerAgent = async (
  t: TestContext,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<PowerAgentProcess> => {
  const program = repositoryPath('dist/opennebula-power-agent');
  const listens = flags.some((flag) => flag.startsWith('--web.listen-address='));
  const argv = [program, ...(listens ? [] : ['--web.listen-address=127.0.0.1:0']), ...flags];
  const child = spawn(process.execPath, argv, {
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const ended = once(child, 'close');
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let log = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`the agent ended: ${log}`)));
    child.stderr.on('data', (piece) => {
      log += piece;
      const address = /msg=listening url="?([^\s"]+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  const page = async (headers: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await fetch(`${url}/metrics`, { headers })).text();
  return {
    url,
    pid: child.pid ?? 0,
    log: () => log,
    page,
    async pageWhere(holds) {
      for (;;) {
        const text = await page();
        if (holds(text)) return text;
      }
    },
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
};

/** The value of a sample by its name and labels. */
export const sampleIn = (page: string, sample: string): number | undefined => {
  const line = page.split('\n').find((one) => one.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
};
