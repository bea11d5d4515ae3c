/**
 * What the hook manager gives a hook: its object as base64 of XML, on stdin (ARGUMENTS_STDIN=yes) or as an
 * argument. Hooks are level-triggered: of all that, only the id is read, and the rest is asked for anew.
 */
export type HookResource = 'HOST' | 'VM';

const idOf = (document: string, resource: HookResource): number | undefined => {
  const digits = new RegExp(`^\\s*<${resource}>\\s*<ID>(\\d{1,10})</ID>`).exec(document)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * The id of the event's object. Takes base64, base64 of base64 (as some versions retry), XML as it is, and a
 * bare id for use by hand; anything else is `undefined`.
 */
export const parseEventId = (input: string, resource: HookResource): number | undefined => {
  let text = input.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text);
  for (let layers = 0; layers < 2 && !text.startsWith('<'); layers += 1) {
    text = Buffer.from(text, 'base64').toString('utf8').trim();
  }
  return idOf(text, resource);
};
