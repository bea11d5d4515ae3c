/** The token that each VM must show, made once: until the VM, its start or the password is another one. */
import { makeOneGateToken } from './onegate-token.ts';

interface KnownToken {
  readonly startTime: string;
  readonly password: string;
  readonly token: string | undefined;
}

export interface KnownTokens {
  /** As `makeOneGateToken`. */
  readonly tokenOf: typeof makeOneGateToken;
  /** Forgets those of VMs that are gone. */
  keepOnly(vms: ReadonlyMap<number, unknown>): void;
}

export const createKnownTokens = (): KnownTokens => {
  const known = new Map<number, KnownToken>();
  return {
    tokenOf(vmId, startTime, password) {
      const before = known.get(vmId);
      if (before?.startTime === startTime && before.password === password) return before.token;
      const token = makeOneGateToken(vmId, startTime, password);
      known.set(vmId, { startTime, password, token });
      return token;
    },
    keepOnly(vms) {
      for (const vmId of known.keys()) if (!vms.has(vmId)) known.delete(vmId);
    },
  };
};
