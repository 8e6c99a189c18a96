const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?$/;

/** `name`, `address` or `[address]`, with an optional port. */
export const isHost = (text: string): boolean => text.length <= 255 && hostPattern.test(text) && URL.canParse(`https://${text}/`);

/** 127.0.0.0/8, ::1 and the name localhost; `hostname` as in URL.hostname, where addresses have one spelling only. */
export const isLoopback = (hostname: string): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

/** All spellings by which an address can mean this machine; for refusing, where `isLoopback` is for allowing. */
export const meansThisMachine = (hostname: string): boolean => {
  const name = hostname.replace(/\.$/, '');
  return isLoopback(name) || name.endsWith('.localhost') || name === '0.0.0.0' || name === '[::]' || /^\[::(?:ffff:)?(?:7f[0-9a-f]{2}:[0-9a-f]+|0:0)\]$/.test(name);
};

/** For messages: no user, no query (pre-signed addresses carry their right in it), no fragment. */
export const shownUrl = (url: URL): string => `${url.protocol}//${url.host}${url.pathname.length > 200 ? `${url.pathname.slice(0, 200)}…` : url.pathname}`;
