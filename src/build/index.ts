/**
 * The parts of a build that decide nothing: a Dockerfile read and taken apart, variables, .dockerignore,
 * the files that COPY takes and the tar of the layer that it makes, the image configuration in the
 * making, cache keys. It refuses to run, mount or store anything, and never follows a link out of the
 * folder it was given. Called by the engine, whose build is the policy.
 */
export { BuildArguments } from './arguments.ts';
export { openContext, readSecret, type BuildContext } from './build-context.ts';
export { cacheKey } from './cache-key.ts';
export { ContainedFolder, folderBytes } from './contained-folder.ts';
export { findSources, planCopy, planFolder, type ContentDigests, type CopyOrder, type CopyTarget, type FetchedFile, type FoundSources } from './copy-plan.ts';
export { dockerfileInvalid } from './dockerfile-invalid.ts';
export { parsePorts } from './exposed-ports.ts';
export { parseMode } from './file-mode.ts';
export { IgnorePatterns } from './ignore-patterns.ts';
export { ImageDocument } from './image-document.ts';
export { findOwner } from './image-users.ts';
export type { CopyInstruction, RunInstruction, StepInstruction } from './instructions.ts';
export { layerTar, type LayerEntry } from './layer-tar.ts';
export type { RunMount } from './run-mounts.ts';
export { SourceTree } from './source-tree.ts';
export { parseDockerfile, parseTriggers, sourcesOf, stageNamed, stageTitle, targetStage, type Dockerfile, type Stage } from './stages.ts';
export { webSource, type WebSource } from './web-source.ts';
export { expandText, expandWord, expandWords, type Lookup } from './word-expansion.ts';
