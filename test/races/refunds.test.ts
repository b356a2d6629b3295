import { REFUNDS } from './pairs';
import { testRaces } from './race';

testRaces(1, REFUNDS);
