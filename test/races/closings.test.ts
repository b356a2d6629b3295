import { CLOSINGS } from './pairs';
import { testRaces } from './race';

testRaces(1, CLOSINGS);
