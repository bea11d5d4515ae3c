/** The reports of `oneext install` and `oneext uninstall` in large clouds. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { plans, type SelfContained, startSelfContained, succeed } from '../../support/oneext-lab.ts';

const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

const mendConfig = ({ made }: SelfContained): void => {
  const file = '/one/etc/prometheus/prometheus.yml';
  made.write(file, `# mine\n${made.read(file)}`);
};

for (const count of [50, 500]) {
  test(`D6-reports-fit-a-screen: ${count} hosts`, async (t) => {
    const hosts = Array.from({ length: count }, (_, id) => ({ id, name: `127.0.${id >> 8}.${id & 255}` }));
    const lab = await startSelfContained(t, { hosts });
    const { oneext } = lab;
    const planned = await plans(oneext('install', '--plan'));
    const installed = await succeed(oneext('install'));
    mendConfig(lab);
    const would = await plans(oneext('uninstall', '--plan'));
    const gone = await succeed(oneext('uninstall'));
    for (const [name, { stdout, stderr }] of Object.entries({ planned, installed, would, gone })) {
      const text = stdout + stderr;
      assert.ok(longest(text) <= 240, `${name}: ${longest(text)} characters in a line:\n${text}`);
      assert.ok(text.split('\n').length <= 100, `${name}: ${text.split('\n').length} lines`);
    }
    assert.match(planned.stdout, new RegExp(`\\+ ${count + 1 - 3} more|\\+ ${count - 3} more`));
    assert.equal((gone.stdout + gone.stderr).split('prometheus.yml (somebody').length, 2, 'told once');
  });
}
