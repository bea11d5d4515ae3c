/** The manifests of guest/kubernetes, as kustomize puts them together: resources and JSON patches, nothing else. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { repositoryPath } from './expected.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
  readonly [key: string]: unknown;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

interface Kustomization {
  readonly resources: readonly string[];
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name: string };
    readonly patch: string;
  }[];
}

type Node = Record<string, unknown>;

/** Replaces what is there; a path to nothing is an error. */
const replaceIn = (document: unknown, { op, path: pointer, value }: Operation): void => {
  assert.equal(op, 'replace');
  const keys = pointer.split('/').slice(1);
  const last = keys.pop() ?? '';
  const parent = keys.reduce((at: unknown, key) => (at as Node)[key], document) as Node;
  assert.ok(last in parent, pointer);
  parent[last] = value;
};

/** @param folder below guest/kubernetes */
export const readManifests = (folder: string): readonly Manifest[] => {
  const at = repositoryPath(path.join('guest/kubernetes', folder));
  if (existsSync(at) && statSync(at).isFile())
    return parseAllDocuments(readFileSync(at, 'utf8')).map((document) => {
      assert.deepEqual([document.errors, document.warnings], [[], []], at);
      return document.toJS() as Manifest;
    });
  const { resources, patches = [] } = parse(
    readFileSync(path.join(at, 'kustomization.yaml'), 'utf8'),
  ) as Kustomization;
  const manifests = resources.flatMap((name) => readManifests(path.join(folder, name)));
  for (const { target, patch } of patches) {
    const found = manifests.find(
      ({ kind, metadata }) => kind === target.kind && metadata.name === target.name,
    );
    assert.ok(found, target.name);
    for (const operation of parse(patch) as readonly Operation[]) replaceIn(found, operation);
  }
  return manifests;
};
