import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

for (const file of ['test/integration/windows/host-facts.suite.ts', 'test/integration/windows/access.suite.ts']) await suiteUnderWine(file);
