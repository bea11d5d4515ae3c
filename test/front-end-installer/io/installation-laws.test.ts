import { testLaws } from '../../support/installation-laws.ts';

testLaws(false);
