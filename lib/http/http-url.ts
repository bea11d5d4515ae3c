/** URLs of HTTP servers as people write them, and as they may be shown. */

/** `user:password` as it is sent, `:` where there is none; `undefined` where a `%` does not begin a code of UTF-8. */
export const credentialsOf = ({ username, password }: URL): string | undefined => {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    return undefined;
  }
};

export const httpUrlMustBe =
  'an http or https URL; in a user or password, write @ as %40, : as %3A, / as %2F and % as %25';

/** `undefined` for what is no http or https URL, or has a user or password that cannot be decoded. */
export const parseHttpUrl = (text: string): URL | undefined => {
  if (!/^https?:\/\/[^\s/]/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return credentialsOf(url) === undefined ? undefined : url;
};

/** What was given as a URL, as it may be shown: nobody else should read its user and password. */
export const withoutCredentials = (text: string): string => text.replace(/\/\/.*@/s, '//***@');

/** Where a request goes, as it may be shown. */
export const shownUrl = ({ protocol, host, pathname }: URL): string => `${protocol}//${host}${pathname}`;
