import { parseSync, Visitor } from 'rolldown/utils';

/** What one file reaches for, as a parser reads it. */
export interface References {
  /** Specifiers of import and export … from (types too), import(), import('…') in types, require(). */
  readonly specifiers: readonly string[];
  /** Places where a specifier is computed, so that nobody can say what it is. */
  readonly computed: number;
  readonly readsPlatform: boolean;
  /** Lines of text in the comment that the file begins with. */
  readonly headerLines: number;
}

interface Literal { readonly type: string; readonly value?: unknown }

export const readReferences = (path: string, text: string): References => {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const specifiers: string[] = [];
  let computed = 0;
  let readsPlatform = false;
  const add = (source: Literal | null | undefined): void => {
    if (typeof source?.value === 'string') specifiers.push(source.value);
    else if (source !== null && source !== undefined) computed += 1;
  };
  new Visitor({
    ImportDeclaration: (node) => {
      add(node.source);
      if (/^(node:)?(os|process)$/.test(node.source.value) && node.specifiers.some((one) => one.type === 'ImportSpecifier' && 'name' in one.imported && one.imported.name === 'platform')) readsPlatform = true;
    },
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') add(node.arguments[0]);
    },
    MemberExpression: (node) => {
      const property = node.property.type === 'Identifier' && !node.computed ? node.property.name : (node.property as Literal).value;
      if (property === 'platform' && node.object.type === 'Identifier' && ['process', 'os'].includes(node.object.name)) readsPlatform = true;
    },
    VariableDeclarator: (node) => {
      if (node.init?.type !== 'Identifier' || node.init.name !== 'process' || node.id.type !== 'ObjectPattern') return;
      if (node.id.properties.some((one) => one.type === 'Property' && one.key.type === 'Identifier' && one.key.name === 'platform')) readsPlatform = true;
    },
  }).visit(program);
  const [header] = comments;
  const opens = header?.type === 'Block' && text.slice(0, header.start).trim() === '';
  const headerLines = opens ? header.value.split('\n').filter((line) => /[^\s*]/.test(line)).length : 0;
  return { specifiers, computed, readsPlatform, headerLines };
};
