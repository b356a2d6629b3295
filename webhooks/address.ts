import { BlockList, isIP } from 'node:net';

/**
 * What is not of the public internet: our own machine and network, what a cloud tells its machines, and ways to write those. A list for each
 * family, since one list takes every IPv4 address for a mapped one.
 */
const NOT_PUBLIC = {
  4: listOf('ipv4', [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ]),
  6: listOf('ipv6', [
    ['::', 96], // unspecified, loopback, and IPv4 in its oldest wrapping
    ['::ffff:0:0', 96], // IPv4, mapped
    ['64:ff9b::', 16], // IPv4, translated
    ['2001::', 32], // IPv4, tunnelled
    ['2002::', 16],
    ['fc00::', 7],
    ['fe80::', 10],
    ['fec0::', 10],
    ['ff00::', 8],
  ]),
} as const;

const LOOPBACK = {
  4: listOf('ipv4', [['127.0.0.0', 8]]),
  6: listOf('ipv6', [['::1', 128]]),
} as const;

function listOf(family: 'ipv4' | 'ipv6', networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}

/** Whether a webhook may be sent to this address: a public one by https, and by http, in development, our own machine's. */
export function isAllowedAddress(address: string, protocol: string): boolean {
  const family = isIP(address);
  if (family !== 4 && family !== 6) return false;
  const isOn = (lists: Readonly<Record<4 | 6, BlockList>>) => lists[family].check(address, `ipv${family}`);
  return protocol === 'http:' ? isOn(LOOPBACK) : !isOn(NOT_PUBLIC);
}

/** Why a webhook cannot be sent to this URL, whatever its name resolves to; null: it can. `allowHttp`: to our own machine, in development. */
export function refusalOfUrl(text: string, allowHttp: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) return 'not a URL';
  if (url.username !== '' || url.password !== '') return 'a URL with a name or password in it';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const isOwnName = host === 'localhost' || host.endsWith('.localhost');
  if (url.protocol === 'http:') {
    if (!allowHttp) return 'it must begin with https://';
    return isOwnName || isAllowedAddress(host, 'http:') ? null : 'http:// is for this machine alone';
  }
  if (url.protocol !== 'https:') return 'it must begin with https://';
  if (isIP(host) !== 0) return 'a number in the place of a name';
  return isOwnName || !host.includes('.') ? 'the name of a machine that is not on the internet' : null;
}
