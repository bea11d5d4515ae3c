/**
 * Makes dist/, which mirrors what gets installed: each executable is one bundled file with its run bit.
 */
import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { formatSampleConfig } from '../lib/config/sample-config.ts';
import { version } from '../lib/version.ts';
import { formatSudoers } from '../live-migrate/sudoers.ts';
import { biscuitWasm, bundleOptions } from './bundle.ts';
import { limitWasmMemory } from './limit-wasm-memory.ts';
import { allOptions, sampleNotes } from './suite-tables.ts';

/** The shell first, then the same file as JavaScript: to the one the rest is after its end, to the other a comment. */
const formatLauncher = (shell: string): string => {
  if (shell.includes('*/'))
    throw new Error('auth-biscuit/launcher.sh must not have */, which ends a comment');
  return `#!/bin/sh\n':' /*\n${shell}*/`;
};

/** Keeps a package that few runs need out of a bundle: it stands in a file of its own, loaded when it is needed. */
const apart = (module: RegExp, file: string): Plugin => ({
  name: 'apart',
  setup: ({ onResolve }) => onResolve({ filter: module }, () => ({ path: file, external: true })),
});

interface Bundle {
  readonly entry: string;
  readonly file: string;
  readonly head: string;
  readonly options?: BuildOptions;
}

const bundles: readonly Bundle[] = [
  {
    entry: 'collectors/opennebula-exporter.ts',
    file: 'dist/opennebula-exporter',
    // Small young generation: pages of agents are garbage at once, and their buffers lie outside of the heap.
    head: '#!/usr/bin/env -S node --max-semi-space-size=8',
  },
  {
    entry: 'auth-biscuit/authenticate.ts',
    file: 'dist/auth/biscuit/authenticate',
    head: formatLauncher(await readFile('auth-biscuit/launcher.sh', 'utf8')),
    // Started anew for each login: what is shorter starts sooner, and most front-ends have no biscuit.yaml.
    options: {
      minify: true,
      plugins: [apart(/^yaml$/, './yaml.js')],
      supported: { 'dynamic-import': false },
    },
  },
  {
    entry: 'yaml',
    file: 'dist/auth/biscuit/yaml.js',
    head: '// Part of authenticate: the package yaml, for biscuit.yaml.',
    options: { minify: true },
  },
  // Started anew for each event: what is shorter starts sooner.
  {
    entry: 'hooks/host-geolocation.ts',
    file: 'dist/hooks/host_geolocation',
    head: '#!/usr/bin/env node',
    options: { minify: true },
  },
  {
    entry: 'hooks/vm-scrape-target.ts',
    file: 'dist/hooks/vm_scrape_target',
    head: '#!/usr/bin/env node',
    options: { minify: true },
  },
  { entry: 'cli/oneext.ts', file: 'dist/oneext', head: '#!/usr/bin/env node' },
  {
    entry: 'live-migrate/migrate-tunnel.ts',
    file: 'dist/vmm/kvm/migrate_tunnel',
    head: '#!/usr/bin/env node',
  },
];

/** 128 MiB, in pages of 64 KiB: with Node itself an answer stays below 256 MB. */
const tokenMemoryPages = 2048;

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
for (const { entry, file, head, options } of bundles) {
  const result = await build({
    ...bundleOptions,
    ...options,
    entryPoints: [entry],
    outfile: file,
    banner: { js: head },
  });
  inputs.push(...Object.keys(result.metafile?.inputs ?? {}));
  if (head.startsWith('#!')) await chmod(file, 0o755);
}
// The executables have no extension: without this they would take the type of a package.json above them.
for (const folder of ['dist', 'dist/auth/biscuit']) {
  await writeFile(`${folder}/package.json`, '{ "type": "commonjs" }\n');
}
const tokenLibrary = limitWasmMemory(await readFile(biscuitWasm), tokenMemoryPages);
for (const folder of ['dist', 'dist/auth/biscuit']) await writeFile(`${folder}/biscuit.wasm`, tokenLibrary);
await writeFile('dist/THIRD-PARTY-LICENSES', await collectLicenses(inputs));
for (const part of ['host.sh', 'remote.sh', 'sudo-rules.sh', 'lib', 'systemd']) {
  await cp(`host-installer/${part}`, `dist/host-installer/${part}`, { recursive: true });
}
await writeFile('dist/oneext.yaml.sample', formatSampleConfig(allOptions, sampleNotes));
await cp('hooks/templates', 'dist/hooks/templates', { recursive: true });
await cp('prometheus-patches/dashboards', 'dist/prometheus/dashboards', { recursive: true });
await mkdir('dist/prometheus/rules');
await copyFile(
  'prometheus-patches/rules/opennebula-extensions.yml',
  'dist/prometheus/rules/opennebula-extensions.yml',
);
await mkdir('dist/sudoers.d');
await writeFile('dist/sudoers.d/opennebula-extensions', formatSudoers());
await copyFile('LICENSE', 'dist/LICENSE');
await copyFile(
  'collectors/systemd/opennebula-extensions.conf',
  'dist/systemd/opennebula-exporter.service.d/opennebula-extensions.conf',
);
