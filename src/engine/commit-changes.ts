import { posix } from 'node:path';
import { dockerfileInvalid, expandWord, expandWords, parsePorts, parseTriggers, type ImageDocument, type StepInstruction } from '../build/index.ts';
import { signalNumber } from './signals.ts';

const allowed: ReadonlySet<string> = new Set(['CMD', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'LABEL', 'USER', 'VOLUME', 'WORKDIR', 'STOPSIGNAL']);
const escape = '\\';

/** Reads Dockerfile instructions that say something of the configuration alone; each counts as a line. @throws SiloError DockerfileInvalid */
export const parseChanges = (texts: readonly string[]): readonly StepInstruction[] => texts.flatMap((text, index) => {
  const line = index + 1;
  const keyword = /^\S*/.exec(text.trim())?.[0].toUpperCase() ?? '';
  if (text.includes('\0') || /[\r\n]/.test(text.trim())) throw dockerfileInvalid(line, 'a change is one instruction on one line');
  if (!allowed.has(keyword)) throw dockerfileInvalid(line, `'${keyword.slice(0, 40)}' cannot change a configuration; ${[...allowed].join(', ')} can`);
  return parseTriggers([text.trim()], line);
});

/** Changes the configuration as Docker's builder would. @throws SiloError DockerfileInvalid */
export const applyChanges = (document: ImageDocument, changes: readonly StepInstruction[]): void => {
  let commandSet = false;
  for (const change of changes) {
    const { line } = change;
    const environment = document.environment;
    const expand = (word: string): string => expandWord(word, { lookup: (name) => environment.get(name), escape, line });
    const expandAll = (words: readonly string[]): readonly string[] => words.flatMap((word) => expandWords(word, { lookup: (name) => environment.get(name), escape, line }));
    const notEmpty = (value: string): string => {
      if (value === '') throw dockerfileInvalid(line, `the value of ${change.kind.toUpperCase()} is empty`);
      return value;
    };
    switch (change.kind) {
      case 'cmd':
        document.setCommand(change.command);
        commandSet = true;
        break;
      case 'entrypoint': document.setEntrypoint(change.command, commandSet); break;
      case 'env': document.setEnvironment(change.pairs.map(({ name, word }) => ({ name, value: expand(word) }))); break;
      case 'label': document.setLabels(change.pairs.map(({ name, word }) => ({ name: notEmpty(expand(name)), value: expand(word) }))); break;
      case 'expose': document.addPorts(parsePorts(expandAll(change.words), line)); break;
      case 'volume': document.addVolumes(change.words.map((word) => notEmpty(expand(word)))); break;
      case 'user': document.setUser(notEmpty(expand(change.word))); break;
      case 'workdir': document.setWorkingDirectory(posix.resolve(document.workingDirectory, notEmpty(expand(change.word)))); break;
      case 'stopsignal': document.setStopSignal(stopSignal(expand(change.word), line)); break;
      default: throw dockerfileInvalid(line, `${change.kind.toUpperCase()} cannot change a configuration`);
    }
  }
};

const stopSignal = (text: string, line: number): string => {
  try {
    signalNumber(text);
  } catch (error) {
    throw dockerfileInvalid(line, `'${text.slice(0, 40)}' is no signal`, error);
  }
  return text;
};
