import { isIPv6 } from 'node:net';

/** Whose failed logins are counted together: an IPv4 address, or the /64 of IPv6 that one customer has to itself. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [bare = ''] = address.split('%'); // the interface that a link-local address belongs to
  if (!isIPv6(bare)) return address;
  const [before = '', after] = bare.split('::');
  const groups = before === '' ? [] : before.split(':');
  const left = after === undefined ? groups : [...groups, ...zeros(8 - groups.length - countGroups(after))];
  const rest = after === undefined || after === '' ? [] : after.split(':');
  return `${[...left, ...rest]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const zeros = (count: number): string[] => Array.from({ length: Math.max(0, count) }, () => '0');

/** An IPv4 address at the end stands for two groups. */
function countGroups(text: string): number {
  return text === '' ? 0 : text.split(':').length + (text.includes('.') ? 1 : 0);
}
