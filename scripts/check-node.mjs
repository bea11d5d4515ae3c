// Tells whether a newer Node of the line that packages bring is out, for both kinds of machine. By hand: it asks the
// registry. Exit status 1: there is one.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { dependencies } = JSON.parse(readFileSync('packaging/private-node/package.json', 'utf8'));

const compare = (one, other) => {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number));
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
};

/** Those of the same major version. */
const askForVersions = (name, pinned) => {
  const answer = execFileSync('npm', ['view', name, 'versions', '--json'], { encoding: 'utf8' });
  const line = `${pinned.split('.')[0]}.`;
  return JSON.parse(answer).filter((version) => version.startsWith(line) && /^[\d.]+$/.test(version));
};

const [[first, pinned], ...others] = Object.entries(dependencies);
const common = others
  .map(([name]) => askForVersions(name, pinned))
  .reduce((some, more) => some.filter((version) => more.includes(version)), askForVersions(first, pinned));
const newest = common.sort(compare).at(-1) ?? pinned;
if (compare(newest, pinned) > 0) {
  process.stdout.write(
    `Node ${newest} is out, and packages bring ${pinned}: write it into packaging/private-node/package.json, then run\n` +
      'npm install --package-lock-only --force --omit-lockfile-registry-resolved in that folder.\n',
  );
  process.exitCode = 1;
} else process.stdout.write(`packages bring Node ${pinned}, and no newer ${pinned.split('.')[0]} is out\n`);
