/** Names and addresses of hosts, as ssh, URLs and Prometheus take them. */

/**
 * Whether the text can be a host name or an address (of IPv6 with a zone). OpenNebula lets a host have any text as
 * its NAME; what begins with `-` would be an option of ssh.
 */
export const isHostName = (text: string): boolean => /^[A-Za-z0-9_:][\w.:%-]{0,254}$/.test(text);

/** As it stands before a port or in a URL: an IPv6 address in brackets. */
export const bracketHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);
