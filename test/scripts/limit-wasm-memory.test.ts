/** The limit that the build writes into the token library. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { biscuitWasm } from '../../scripts/bundle.ts';
import { limitWasmMemory } from '../../scripts/limit-wasm-memory.ts';
import { repositoryPath } from '../support/expected.ts';

/** `(module (memory (export "m") 1))`, written by hand from the specification. */
const module = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 0x6d, 2, 0]);

interface Memory {
  grow(pages: number): number;
}
const memoryOf = (bytes: Uint8Array): Memory =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports['m'] as Memory;

test('memory grows up to the limit and no further', () => {
  for (const limit of [1, 5, 127, 128, 2048, 40_000]) {
    const memory = memoryOf(limitWasmMemory(module, limit));
    assert.equal(memory.grow(limit - 1), 1);
    assert.throws(() => memory.grow(1), RangeError);
  }
});

test('the library in dist has the limit, and is else as it came', () => {
  const [ours, theirs] = [repositoryPath('dist/auth/biscuit/biscuit.wasm'), biscuitWasm].map((file) =>
    readFileSync(file ?? ''),
  );
  assert.deepEqual(ours, limitWasmMemory(theirs ?? Buffer.of(), 2048));
  assert.equal(ours?.length, (theirs?.length ?? 0) + 2);
  assert.throws(() => limitWasmMemory(ours ?? Buffer.of(), 2048), /one memory that has no limit/);
});

test('a module without memory is refused', () => {
  assert.throws(() => limitWasmMemory(module.subarray(0, 8), 1), /no memory/);
});
