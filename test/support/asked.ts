/** Listens in on what workers ask gateways, for {@link WorldOptions.fetch}. */
export interface Listener {
  readonly fetch: typeof globalThis.fetch;
  /** How often PayPal was asked whether a message with this text in it is genuine. */
  postBacks(about?: string): number;
  /** How often it was asked at an address with this in it. */
  times(address: string): number;
}

type Input = Parameters<typeof globalThis.fetch>[0];
type Init = Parameters<typeof globalThis.fetch>[1];

/** `answer` may speak in PayPal's place; undefined lets the question through. */
export function listenIn(
  answer: (url: string, body: string) => Promise<Response | undefined> = async () => undefined,
): Listener {
  const asked: string[] = [];
  const addresses: string[] = [];
  return {
    fetch: async (input: Input, init?: Init) => {
      const url = input instanceof Request ? input.url : String(input);
      const body =
        init?.body instanceof Uint8Array
          ? Buffer.from(init.body).toString('latin1')
          : typeof init?.body === 'string'
            ? init.body
            : '';
      addresses.push(url);
      if (body.startsWith('cmd=_notify-validate')) asked.push(body);
      return (await answer(url, body)) ?? globalThis.fetch(input, init);
    },
    times: (address) => addresses.filter((url) => url.includes(address)).length,
    postBacks: (about = '') => asked.filter((body) => body.includes(about)).length,
  };
}
