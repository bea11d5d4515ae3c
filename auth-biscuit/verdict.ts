/** What the driver answers: granted, or denied with a reason that holds nothing of the token's text. */
export type Verdict = { readonly granted: true } | { readonly granted: false; readonly reason: string };

export const granted: Verdict = { granted: true };
export const denied = (reason: string): Verdict => ({ granted: false, reason });
