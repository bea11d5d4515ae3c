declare module 'xmlrpc' {
  import type { EventEmitter } from 'node:events';

  type Answer = (error: unknown, value?: unknown) => void;
  interface Server extends EventEmitter {
    on(method: string, handler: (error: unknown, parameters: unknown[], answer: Answer) => void): this;
    readonly httpServer: import('node:http').Server;
    close(done?: () => void): void;
  }
  export function createServer(options: { host: string; port: number }, onListening?: () => void): Server;
  interface Client {
    methodCall(method: string, parameters: readonly unknown[], answer: Answer): void;
  }
  export function createClient(options: { host: string; port: number; path: string }): Client;
}
declare module 'xmlrpc/lib/deserializer.js' {
  import type { Readable } from 'node:stream';

  type Answer = (error: unknown, method: string, parameters: unknown[]) => void;
  const Deserializer: new () => { deserializeMethodCall(stream: Readable, answer: Answer): void };
  export = Deserializer;
}
