import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

await suiteUnderWine('test/integration/windows/engine.suite.ts');
