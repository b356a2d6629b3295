/** Whether tests that have a long form take it: `npm run test:long`. */
export const IS_LONG = process.env['LONG'] === '1';
