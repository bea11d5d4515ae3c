/**
 * Makes dist/, which mirrors what gets installed: each executable is one bundled file with its run bit.
 */

import { chmod, copyFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { allOptions } from '../cli/all-options.ts';
import { formatSampleConfig } from '../lib/config/sample-config.ts';
import { version } from '../lib/version.ts';
import { formatSudoers } from '../live-migrate/sudoers.ts';
import { dashboards } from '../prometheus-patches/dashboards/dashboards.ts';
import {
  biscuitWasm,
  formatModulesApart,
  modulesApart as keepModulesApart,
  packageApart as keepPackageApart,
  programOptions,
} from './bundle.ts';
import { type Executable, executables } from './executables.ts';
import { limitWasmMemory } from './limit-wasm-memory.ts';
import { sampleNotes } from './suite-tables.ts';

/**
 * A program is both, one of the shell and one of Node. The shell finds Node and ends; to Node that part is a comment.
 */
const formatHead = async ({ file = '', shellHead, nodeOptions = [] }: Executable): Promise<string> => {
  const parts = ['packaging/heads/find-node.sh', ...(shellHead ?? ['packaging/heads/require-node.sh'])];
  const texts = await Promise.all(parts.map((part) => readFile(part, 'utf8')));
  const toSuite = path.relative(path.dirname(file), 'dist') || '.';
  const start = shellHead === undefined ? ['exec "$node"', ...nodeOptions, '"$0" "$@"\n'] : [];
  const shell = [`suite_from_program=${toSuite}\n`, ...texts, start.join(' ')].join('');
  if (shell.includes('*/')) throw new Error(`${parts.join(', ')} must not have */, which ends a comment`);
  return `#!/bin/sh\n':' /*\n${shell}*/`;
};

/** Writes a program, and what stands apart from it in a file beside it; what they are made of. */
const bundle = async (executable: Executable): Promise<readonly string[]> => {
  const { name, entry, file, startsOften = false, isThread = false, packageApart, modulesApart } = executable;
  if (file === undefined) return [];
  const write = async (options: BuildOptions & { readonly outfile: string }): Promise<readonly string[]> => {
    const result = await build({ ...programOptions, minify: startsOften, ...options });
    return Object.keys(result.metafile?.inputs ?? {});
  };
  const besides = (part: string) => ({
    outfile: path.join(path.dirname(file), part),
    banner: { js: `// Part of ${name}.` },
  });
  const apart = {
    ...(packageApart === undefined ? {} : keepPackageApart(packageApart)),
    ...(modulesApart === undefined ? {} : keepModulesApart(modulesApart)),
  };
  if (isThread) return write({ entryPoints: [entry], outfile: file, banner: { js: `// Thread ${name}.` } });
  const banner = { js: await formatHead(executable) };
  const inputs = await write({ ...apart, entryPoints: [entry], outfile: file, banner });
  await chmod(file, 0o755);
  const inPackage =
    packageApart === undefined
      ? []
      : await write({ entryPoints: [packageApart], ...besides(`${packageApart}.js`) });
  const inModules =
    modulesApart === undefined
      ? []
      : await write({
          stdin: { contents: formatModulesApart(inputs), resolveDir: '.' },
          ...besides(modulesApart),
        });
  return [...inputs, ...inPackage, ...inModules];
};

/** What the power page has in browsers: a file each for its script and its style, beside the exporter. */
const bundleForBrowsers = async (): Promise<readonly string[]> => {
  const folder = 'collectors/pages/io/browser';
  const result = await build({
    entryPoints: [`${folder}/power-page.ts`, `${folder}/power-page.css`],
    outdir: 'dist',
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    logLevel: 'error',
  });
  return Object.keys(result.metafile.inputs);
};

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
  const factors = JSON.parse(await readFile('node_modules/@tgwf/co2/package.json', 'utf8'));
  const ofFactors = `@tgwf/co2/dist/esm/data/electricity-maps ${factors.version} (ODbL-1.0)

Yearly carbon intensities by grid zone: (c) Electricity Maps, https://www.electricitymaps.com.
Made available under the Open Database License: https://opendatacommons.org/licenses/odbl/1-0/.
What is taken out of that database, and stands in our programs, is available under the same license.
`;
  return [...texts, ofFactors].join(`\n${'-'.repeat(80)}\n\n`);
};

const manifest = JSON.parse(await readFile('package.json', 'utf8'));
if (manifest.version !== version) {
  throw new Error(`lib/version.ts says ${version}, package.json ${manifest.version}: make them the same`);
}

await rm('dist', { recursive: true, force: true });
await mkdir('dist/systemd/opennebula-exporter.service.d', { recursive: true });
// Where packages have a Node of their own, a checkout has the Node that builds it.
await mkdir('dist/node/bin', { recursive: true });
await symlink(process.execPath, 'dist/node/bin/node');
const inputs = (await Promise.all([...executables.map(bundle), bundleForBrowsers()])).flat();
// The executables have no extension: without this they would take the type of a package.json above them.
for (const folder of ['dist', 'dist/auth/biscuit']) {
  await writeFile(`${folder}/package.json`, '{ "type": "commonjs" }\n');
}
const tokenLibrary = limitWasmMemory(await readFile(biscuitWasm), tokenMemoryPages);
for (const folder of ['dist', 'dist/auth/biscuit']) await writeFile(`${folder}/biscuit.wasm`, tokenLibrary);
await writeFile('dist/THIRD-PARTY-LICENSES', await collectLicenses(inputs));
for (const part of ['host.sh', 'remote.sh', 'sudo-rules.sh', 'lib', 'kepler-page', 'libvirt']) {
  await cp(`host-installer/${part}`, `dist/host-installer/${part}`, { recursive: true });
}
await mkdir('dist/guest');
for (const file of ['power-guest.sh', 'power-guest.service', 'power-guest.openrc']) {
  await copyFile(`guest/${file}`, `dist/guest/${file}`);
}
await cp('guest/kubernetes', 'dist/guest/kubernetes', { recursive: true });
await writeFile('dist/oneext.yaml.sample', formatSampleConfig(allOptions, sampleNotes));
await cp('front-end-installer/systemd', 'dist/systemd', { recursive: true });
await cp('hooks/templates', 'dist/hooks/templates', { recursive: true });
await mkdir('dist/prometheus/dashboards', { recursive: true });
for (const [file, make] of dashboards)
  await writeFile(`dist/prometheus/dashboards/${file}`, `${JSON.stringify(make(), null, 2)}\n`);
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
