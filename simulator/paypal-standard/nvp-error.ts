/** PayPal's errors (NVP guide, "API error codes"). */
export class NvpError extends Error {
  override readonly name = 'NvpError';

  constructor(
    readonly code: string,
    readonly detail: string,
  ) {
    super(detail);
  }

  /** `L_SHORTMESSAGE0`. */
  get short(): string {
    return SHORT[this.code] ?? 'Transaction refused';
  }
}

const SHORT: Readonly<Record<string, string>> = {
  '10001': 'Internal error',
  '10002': 'Security error',
  '10004': 'Transaction refused because of an invalid argument. See additional error messages for details.',
  '10007': 'Permission denied',
  '10009': 'Transaction refused',
  '11551': 'Profile ID is missing from the request',
  '11552': 'Invalid profile ID',
  '11556': 'Invalid profile status for cancel action; profile should be active or suspended',
  '11557': 'Invalid profile status for suspend action; profile should be active',
  '11558': 'Invalid profile status for reactivate action; profile should be suspended',
  '81002': 'Unspecified Method',
};
