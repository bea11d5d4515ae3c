// Installs the pinned packages of a folder (without one: of the repository) when they are missing or older than its
// lock file, so that `npm test` and `npm run demo` work in a clean clone. Further arguments are npm's.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

const [folder = '.', ...flags] = process.argv.slice(2);
const installed = path.join(folder, 'node_modules/.package-lock.json');
const lock = path.join(folder, 'package-lock.json');
const upToDate = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
if (!upToDate) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const run = spawnSync('npm', ['ci', ...quiet, ...flags], { cwd: folder, stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
}
