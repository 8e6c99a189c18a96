import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'rolldown';
import { methods, type MethodName } from '../../src/contract/methods.ts';
import { validatorOptions } from '../../src/contract/validator-options.ts';

/** Parts of ajv that compiled validators call. */
const runtimeNeeds: Readonly<Record<string, string>> = {
  'require("ajv/dist/runtime/ucs2length").default': 'ucs2length',
  'require("ajv/dist/runtime/equal").default': 'equal',
};

/**
 * The text of a module that does what src/contract/compile-validator.ts does, with every validator compiled
 * already. Each stands in a function of its own, so that a start reads none and a request only its own.
 */
export const standaloneValidators = (): string => {
  const ajv = new Ajv2020({ ...validatorOptions, code: { source: true } });
  const makers = (Object.keys(methods) as MethodName[]).flatMap((method) => (['params', 'result'] as const).map((part) => {
    let code = standalone.default(ajv, ajv.compile(methods[method][part]));
    for (const [call, name] of Object.entries(runtimeNeeds)) code = code.replaceAll(call, name);
    const unknown = /\brequire\([^)]*\)/.exec(code);
    if (unknown !== null) throw new Error(`the validator of ${part} of ${method} calls ${unknown[0]}; add it to runtimeNeeds`);
    return `${JSON.stringify(`${part} ${method}`)}: () => { const module = {}; ${code}; return module.exports; }`;
  }));
  return [
    // Both are CommonJS modules that say they were ES modules.
    "import ucs2lengthModule from 'ajv/dist/runtime/ucs2length.js';",
    "import equalModule from 'ajv/dist/runtime/equal.js';",
    'const ucs2length = ucs2lengthModule.default ?? ucs2lengthModule;',
    'const equal = equalModule.default ?? equalModule;',
    `const makers = {\n${makers.join(',\n')}\n};`,
    'export const compileValidator = (method, part) => makers[`${part} ${method}`]();',
    '',
  ].join('\n');
};

/** Puts that module in the place of the one that compiles at run time. */
export const standaloneValidatorsPlugin = (root: string): Plugin => {
  const replaced = join(root, 'src/contract/compile-validator.ts');
  let used = false;
  return {
    name: 'standalone-validators',
    load: (id) => {
      if (id !== replaced) return null;
      used = true;
      return { code: standaloneValidators(), moduleType: 'js' };
    },
    buildEnd: () => {
      if (!used) throw new Error(`${replaced} is not in the bundle: nothing was replaced`);
    },
  };
};
