import type { Node, ScalarTag } from 'yaml';
import { composeInvalid } from './compose-invalid.ts';

export interface ComposeDocument {
  readonly file: string;
  /** Maps, lists and scalars, with aliases and merge keys resolved. */
  readonly value: unknown;
  /** Line of a value, from 1, or of the nearest thing around it that stands in the file. */
  lineOf(path: readonly string[]): number | undefined;
}

/** Far more than anybody writes; reading it still takes less than a second. */
export const maximumDocumentBytes = 1024 * 1024;
/** How often aliases may be resolved: one that holds aliases that hold aliases grows without bound. */
const maximumAliases = 100;

/** 0440 is octal, as in YAML 1.1: permission bits are written so, and other readers of compose files take them so. */
const octal: ScalarTag = { tag: 'tag:yaml.org,2002:int', default: true, format: 'OCT', test: /^0[0-7]+$/, identify: () => false, resolve: (digits) => Number.parseInt(digits, 8) };

/** Reads a compose file's YAML. @throws SiloError ComposeInvalid */
export const readDocument = async (file: string, text: string): Promise<ComposeDocument> => {
  if (text.length > maximumDocumentBytes) throw composeInvalid({ file, path: [] }, `it is larger than ${maximumDocumentBytes} bytes`);
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const refuse = (reason: string, line?: number, cause?: unknown): Error => composeInvalid({ file, path: [], line }, reason, cause);
  let document;
  try {
    document = parseDocument(text, { lineCounter: lines, merge: true, uniqueKeys: true, prettyErrors: false, customTags: (tags) => [octal, ...tags] });
  } catch (error) {
    // A nesting deeper than the stack.
    throw refuse(messageOf(error), undefined, error);
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw refuse(problem.message, lines.linePos(problem.pos[0]).line, problem);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: maximumAliases });
  } catch (error) {
    throw refuse(messageOf(error), undefined, error);
  }
  const lineOf = (path: readonly string[]): number | undefined => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length).map(keyOf), true) as Node | undefined;
      if (node?.range !== undefined && node.range !== null) return lines.linePos(node.range[0]).line;
    }
    return undefined;
  };
  return { file, value, lineOf };
};

const keyOf = (key: string): string | number => (/^\d+$/.test(key) ? Number(key) : key);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
