/** PayPal's errors (NVP guide, "API error codes"). */
export class NvpError extends Error {
  override readonly name = 'NvpError';

  constructor(
    readonly code: string,
    readonly detail: string,
  ) {
    super(detail);
  }

  /** `L_SHORTMESSAGE0`. Of profiles PayPal says the same twice. */
  get short(): string {
    return SHORT[this.code] ?? (this.code.startsWith('115') ? this.detail : 'Transaction refused');
  }
}

const SHORT: Readonly<Record<string, string>> = {
  '10001': 'Internal error',
  '10002': 'Security error',
  '10004': 'Transaction refused because of an invalid argument. See additional error messages for details.',
  '10007': 'Permission denied',
  '10009': 'Transaction refused',
  '81002': 'Unspecified Method',
};
