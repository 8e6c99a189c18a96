import { dockerfileInvalid } from './dockerfile-invalid.ts';
import { readDockerfile, readTrigger } from './dockerfile-lines.ts';
import { parseInstruction, type ArgInstruction, type FromInstruction, type StepInstruction } from './instructions.ts';

export interface Stage {
  readonly index: number;
  readonly from: FromInstruction;
  readonly steps: readonly StepInstruction[];
}

export interface Dockerfile {
  readonly escape: string;
  /** ARG before the first FROM. */
  readonly globalArgs: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile whole: every mistake in the form is told before anything is built. @throws SiloError DockerfileInvalid */
export const parseDockerfile = async (source: string): Promise<Dockerfile> => {
  const { escape, instructions } = await readDockerfile(source);
  const globalArgs: ArgInstruction[] = [];
  const stages: { readonly index: number; readonly from: FromInstruction; readonly steps: StepInstruction[] }[] = [];
  for (const raw of instructions) {
    const instruction = parseInstruction(raw, escape);
    if (instruction.kind === 'from') {
      stages.push({ index: stages.length, from: instruction, steps: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage !== undefined) stage.steps.push(instruction);
    else if (instruction.kind === 'arg') globalArgs.push(instruction);
    else throw dockerfileInvalid(raw.line, `${raw.keyword} stands before the first FROM`);
  }
  if (stages.length === 0) throw dockerfileInvalid(1, 'there is no FROM');
  return { escape, globalArgs, stages };
};

/** The steps that an image's ONBUILD triggers stand for. `line` is that of the FROM. @throws SiloError DockerfileInvalid */
export const parseTriggers = (triggers: readonly string[], line: number): readonly StepInstruction[] =>
  triggers.map((trigger) => {
    const instruction = parseInstruction(readTrigger(trigger, line), '\\');
    if (instruction.kind === 'from' || instruction.kind === 'onbuild' || instruction.kind === 'maintainer') throw dockerfileInvalid(line, `the base image has a trigger that cannot be one: ${instruction.source}`);
    return instruction;
  });

/** The stage to build: by name, by number, or the last one. @throws SiloError DockerfileInvalid */
export const targetStage = (file: Dockerfile, target: string | undefined): Stage => {
  const last = file.stages.at(-1) as Stage;
  if (target === undefined) return last;
  const found = stageNamed(file, target, file.stages.length);
  if (found === undefined) throw dockerfileInvalid(last.from.line, `there is no stage '${target}'`);
  return found;
};

/** A stage before `before` by its name (the last one of that name) or number. */
export const stageNamed = (file: Dockerfile, name: string, before: number): Stage | undefined => {
  const earlier = file.stages.slice(0, before);
  return earlier.findLast((stage) => stage.from.name === name.toLowerCase()) ?? (/^\d{1,5}$/.test(name) ? earlier[Number(name)] : undefined);
};

/** What a step takes from elsewhere: names of stages or images. */
export const sourcesOf = (step: StepInstruction): readonly string[] =>
  step.kind === 'copy' || step.kind === 'add' ? (step.from === undefined ? [] : [step.from])
    : step.kind === 'run' ? step.mounts.flatMap((mount) => (mount.from === undefined ? [] : [mount.from])) : [];

/** How a stage is called in messages. */
export const stageTitle = (stage: Stage): string => stage.from.name ?? `stage-${stage.index}`;
