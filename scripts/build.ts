/**
 * Makes dist/, which mirrors what gets installed: each executable is one bundled file with its run bit.
 */
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { formatSampleConfig } from '../lib/config/sample-config.ts';
import { version } from '../lib/version.ts';
import { allOptions, sampleNotes } from './suite-tables.ts';

/** @property flags for Node, on the first line of the file. */
const executables: readonly {
  readonly entry: string;
  readonly file: string;
  readonly flags?: string;
  readonly minify?: boolean;
}[] = [
  {
    entry: 'collectors/opennebula-exporter.ts',
    file: 'dist/opennebula-exporter',
    // Small young generation: pages of agents are garbage at once, and their buffers lie outside of the heap.
    flags: '--max-semi-space-size=8',
  },
  // Started anew for each event: what is shorter starts sooner.
  { entry: 'hooks/host-geolocation.ts', file: 'dist/hooks/host_geolocation', minify: true },
  { entry: 'hooks/vm-scrape-target.ts', file: 'dist/hooks/vm_scrape_target', minify: true },
  { entry: 'cli/oneext.ts', file: 'dist/oneext' },
];

/** The licenses of the packages whose code stands in a bundle. */
const collectLicenses = async (inputs: readonly string[]): Promise<string> => {
  const folders = new Set(
    inputs.flatMap((input) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  const texts = await Promise.all(
    [...folders].sort().map(async (folder) => {
      const { name, version, license } = JSON.parse(
        await readFile(path.join(folder, 'package.json'), 'utf8'),
      );
      const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
      const text = file === undefined ? '' : await readFile(path.join(folder, file), 'utf8');
      return `${name} ${version} (${license})\n\n${text.trim()}\n`;
    }),
  );
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
};

const manifest = JSON.parse(await readFile('package.json', 'utf8'));
if (manifest.version !== version) {
  throw new Error(`lib/version.ts says ${version}, package.json ${manifest.version}: make them the same`);
}

await rm('dist', { recursive: true, force: true });
await mkdir('dist/systemd/opennebula-exporter.service.d', { recursive: true });
const inputs: string[] = [];
for (const { entry, file, flags, minify = false } of executables) {
  const result = await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: flags === undefined ? '#!/usr/bin/env node' : `#!/usr/bin/env -S node ${flags}` },
    minify,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  inputs.push(...Object.keys(result.metafile.inputs));
  await chmod(file, 0o755);
}
// The executables have no extension: without this they would take the type of a package.json above them.
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
await writeFile('dist/THIRD-PARTY-LICENSES', await collectLicenses(inputs));
await writeFile('dist/oneext.yaml.sample', formatSampleConfig(allOptions, sampleNotes));
await cp('hooks/templates', 'dist/hooks/templates', { recursive: true });
await cp('prometheus-patches/dashboards', 'dist/prometheus/dashboards', { recursive: true });
await mkdir('dist/prometheus/rules');
await copyFile(
  'prometheus-patches/rules/opennebula-extensions.yml',
  'dist/prometheus/rules/opennebula-extensions.yml',
);
await copyFile('LICENSE', 'dist/LICENSE');
await copyFile(
  'collectors/systemd/opennebula-extensions.conf',
  'dist/systemd/opennebula-exporter.service.d/opennebula-extensions.conf',
);
