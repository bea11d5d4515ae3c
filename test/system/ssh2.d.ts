declare module 'ssh2' {
  import type { EventEmitter } from 'node:events';
  import type net from 'node:net';
  import type { Duplex, Writable } from 'node:stream';

  interface Channel extends Duplex {
    readonly stderr: Writable;
    exit(code: number): void;
  }
  interface Authentication {
    readonly method: string;
    readonly key?: { readonly data: Buffer };
    accept(): void;
    reject(methods?: readonly string[]): void;
  }
  interface Session extends EventEmitter {
    on(
      event: 'exec',
      listener: (accept: () => Channel, reject: () => void, info: { command: string }) => void,
    ): this;
  }
  interface Connection extends EventEmitter {
    on(event: 'authentication', listener: (authentication: Authentication) => void): this;
    on(event: 'session', listener: (accept: () => Session) => void): this;
    on(event: 'ready' | 'close', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    end(): void;
  }
  class Server {
    constructor(
      options: { hostKeys: readonly string[]; banner?: string },
      onConnection: (connection: Connection) => void,
    );
    listen(port: number, host: string, onListening: () => void): net.Server;
    address(): net.AddressInfo;
    close(onClosed: () => void): void;
  }
  // Types alone: a namespace of the same name makes them visible beside `export =`.
  namespace ssh2 {
    export type { Channel, Connection };
  }
  const ssh2: {
    readonly Server: typeof Server;
    readonly utils: {
      generateKeyPairSync(type: 'ed25519'): { readonly private: string; readonly public: string };
      parseKey(key: string): { getPublicSSH(): Buffer } | Error;
    };
  };
  export = ssh2;
}
