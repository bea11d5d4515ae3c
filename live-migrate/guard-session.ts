/** What the scripts on the source host tell on stdout, and where a guest is once nobody tells. */

export interface GuardSession {
  /** It has begun its work, or has refused to. */
  readonly hasBegun: boolean;
  /** It has said its last. */
  readonly isOver: boolean;
  /** Why the driver was not started. */
  readonly refusal: string | undefined;
  /** `undefined` where the session has broken off. */
  readonly end: { readonly status: number; readonly isUnclear: boolean } | undefined;
}

export const readGuardSession = (stdout: string): GuardSession => {
  const refusal = /^refused (.*)\n/m.exec(stdout)?.[1];
  const [, status, unclear] = /^ended (\d{1,3})( unclear)?\n/m.exec(stdout) ?? [];
  const hasRefused = refusal !== undefined;
  return {
    isOver: hasRefused || status !== undefined,
    hasBegun: hasRefused || /^started\n/m.test(stdout),
    refusal,
    end: status === undefined ? undefined : { status: Number(status), isUnclear: unclear !== undefined },
  };
};

/** Whether the driver's status says what has become of the guest; a driver that was killed does not know. */
export const isConclusive = ({ end }: GuardSession): boolean =>
  end !== undefined && !end.isUnclear && (end.status <= 128 || end.status > 192);

export interface GuestAnswer {
  /** As `virsh domstate` has it, or `absent`; `undefined` where the host did not answer. */
  readonly state: string | undefined;
  /** A job or a driver of the migration has not ended yet. */
  readonly isMoving: boolean;
  /** What the host said, for people. */
  readonly said: string;
}

/** Reads `virsh domstate`, with lines of `endMigrationScript` before it. */
export const readGuestAnswer = (end: {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}): GuestAnswer => {
  const lines = end.stdout.split('\n').filter((line) => line !== '');
  const isMoving = lines.includes('moving');
  const state = lines.find((line) => line !== 'moving');
  if (end.status === 0 && state !== undefined)
    return { state, isMoving, said: isMoving ? `${state}, and the migration has not ended` : state };
  if (/failed to get domain|domain not found/i.test(end.stderr))
    return { state: 'absent', isMoving, said: 'there is no such domain' };
  const why = end.stderr.trim().split('\n').at(-1) || `virsh domstate ended with ${end.status}`;
  return { state: undefined, isMoving, said: `no answer (${why})` };
};

/** Where the guest runs; `undefined` while that cannot be told, or may change. */
export const whereGuestRuns = (
  source: GuestAnswer,
  destination: GuestAnswer,
): 'source' | 'destination' | undefined => {
  if (destination.state === 'running') return source.state === 'running' ? undefined : 'destination';
  return source.state === 'running' && !source.isMoving ? 'source' : undefined;
};
