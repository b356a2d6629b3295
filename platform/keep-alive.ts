/**
 * How long an idle connection is kept, in milliseconds. Longer than clients and load balancers keep theirs (a minute, mostly): the side that
 * closes first must be the one that sends, or a request meets a connection that is just being closed, and nobody knows whether it was read.
 */
export const KEEP_ALIVE_MS = 75_000;
