/** The part of WebAssembly's JavaScript interface that we use; Node's types do not have it. */
declare namespace WebAssembly {
  type Exports = Readonly<Record<string, unknown>>;
  type Imports = Record<string, Record<string, unknown>>;
  interface ImportDescriptor {
    readonly module: string;
    readonly name: string;
  }
  const Module: {
    new (bytes: Uint8Array): Module;
    imports(module: Module): readonly ImportDescriptor[];
  };
  const Instance: new (module: Module, imports: Imports) => { readonly exports: Exports };
}
