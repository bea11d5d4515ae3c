/** What oned has to be told of this driver, in oned.conf: its name, and its block AUTH_MAD_CONF. */
export const biscuitDriver: { readonly name: string; readonly conf: ReadonlyMap<string, string> } = {
  name: 'biscuit',
  conf: new Map([
    ['PASSWORD_CHANGE', 'NO'], // the password of such a user is a public key
    ['DRIVER_MANAGED_GROUPS', 'NO'],
    ['DRIVER_MANAGED_GROUP_ADMIN', 'NO'],
    ['MAX_TOKEN_TIME', '0'], // oned makes no login tokens: a biscuit is one
  ]),
};
