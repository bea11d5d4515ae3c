/** What Node says of a call of the system that failed: its code, such as ENOENT or EACCES. */
export const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;

/** There is no such file or folder. All else, a folder that may not be entered too, says nothing of whether it is there. */
export const isMissing = (thrown: unknown): boolean => codeOf(thrown) === 'ENOENT';
