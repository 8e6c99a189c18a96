import { suiteUnderWine } from '../../fixtures/wine/suites.ts';

/** Engine and supervisor on a named pipe of Windows. */
await suiteUnderWine('test/unit/runtime/piped-runtime.test.ts');
