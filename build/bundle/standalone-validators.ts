import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'rolldown';
import { composeValidatorOptions } from '../../src/application/compile-compose.ts';
import { composeSchema } from '../../src/application/compose-schema.ts';
import { methods, type MethodName } from '../../src/contract/methods.ts';
import { validatorOptions } from '../../src/contract/validator-options.ts';

/** Parts of ajv that compiled validators call. */
const runtimeNeeds: Readonly<Record<string, string>> = {
  'require("ajv/dist/runtime/ucs2length").default': 'ucs2length',
  'require("ajv/dist/runtime/equal").default': 'equal',
};

/** A validator's text, with the parts of ajv by their names in `imports`. */
const standaloneCode = (ajv: Ajv2020, schema: object, what: string): string => {
  let code = standalone.default(ajv, ajv.compile(schema));
  for (const [call, name] of Object.entries(runtimeNeeds)) code = code.replaceAll(call, name);
  const unknown = /\brequire\([^)]*\)/.exec(code);
  if (unknown !== null) throw new Error(`the validator of ${what} calls ${unknown[0]}; add it to runtimeNeeds`);
  return code;
};

const imports = [
  // Both are CommonJS modules that say they were ES modules.
  "import ucs2lengthModule from 'ajv/dist/runtime/ucs2length.js';",
  "import equalModule from 'ajv/dist/runtime/equal.js';",
  'const ucs2length = ucs2lengthModule.default ?? ucs2lengthModule;',
  'const equal = equalModule.default ?? equalModule;',
];

/** The same for src/application/compile-compose.ts. */
const standaloneCompose = (): string => {
  const code = standaloneCode(new Ajv2020({ ...composeValidatorOptions, code: { source: true } }), composeSchema, 'compose files');
  return [...imports, `export const compileCompose = () => { const module = {}; ${code}; return module.exports; };`, ''].join('\n');
};

/**
 * The text of a module that does what src/contract/compile-validator.ts does, with every validator compiled
 * already. Each stands in a function of its own, so that a start reads none and a request only its own.
 */
export const standaloneValidators = (): string => {
  const ajv = new Ajv2020({ ...validatorOptions, code: { source: true } });
  const makers = (Object.keys(methods) as MethodName[]).flatMap((method) => (['params', 'result'] as const).map((part) => {
    const code = standaloneCode(ajv, methods[method][part], `${part} of ${method}`);
    return `${JSON.stringify(`${part} ${method}`)}: () => { const module = {}; ${code}; return module.exports; }`;
  }));
  return [
    ...imports,
    `const makers = {\n${makers.join(',\n')}\n};`,
    'export const compileValidator = (method, part) => makers[`${part} ${method}`]();',
    '',
  ].join('\n');
};

/** Puts those modules in the place of the ones that compile at run time. */
export const standaloneValidatorsPlugin = (root: string): Plugin => {
  const replaced = new Map([[join(root, 'src/contract/compile-validator.ts'), standaloneValidators], [join(root, 'src/application/compile-compose.ts'), standaloneCompose]]);
  const used = new Set<string>();
  return {
    name: 'standalone-validators',
    load: (id) => {
      const make = replaced.get(id);
      if (make === undefined) return null;
      used.add(id);
      return { code: make(), moduleType: 'js' };
    },
    buildEnd: () => {
      for (const path of replaced.keys()) if (!used.has(path)) throw new Error(`${path} is not in the bundle: nothing was replaced`);
    },
  };
};
