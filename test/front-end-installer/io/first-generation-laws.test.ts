import { testLaws } from '../../support/installation-laws.ts';

testLaws(true);
