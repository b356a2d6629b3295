import { CLOSINGS, REFUNDS } from './pairs';
import { testRaces } from './race';

/** Every race once more, in turn, between two workers. */
const all = Object.values({ ...REFUNDS, ...CLOSINGS }).flat();
testRaces(2, { 'two workers: a race between them ends as with one': all });
