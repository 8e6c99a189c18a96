import { Type } from 'typebox';
import { image } from './image.ts';
import type { MethodDefinition } from './method.ts';
import { credential, registryErrors } from './registry-methods.ts';
import { progressToken, stream } from './parameters.ts';
import { count, flag, list, nameValue, oneOf, optional, record, text, time } from './schema.ts';


const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

/** Methods that build images. */
export const buildMethods = define({
  'image/build': {
    summary: 'Builds an image from a Dockerfile; the stream has the output of its steps.',
    params: record({
      path: text('Absolute path of the context folder.'),
      dockerfile: optional(text('Path of the Dockerfile, within the context unless absolute.')),
      references: optional(list(Type.String(), { description: 'References for the result.' })),
      target: optional(text('Stage to build.')),
      network: optional(oneOf(['Default', 'None', 'Host'], 'Network of steps that do not say it. Default: that of a container for which none is named. None: loopback alone. Host: that of the host.')),
      buildArguments: optional(list(nameValue)),
      labels: optional(list(nameValue)),
      secrets: optional(list(record({ id: text('Name in `--mount=type=secret,id=`.'), source: text('Absolute path of the file.') }))),
      noCache: optional(flag('Runs every step again.')),
      pull: optional(oneOf(['Missing', 'Always', 'Never'], 'When base images are asked for in their registries.')),
      sourceDateEpoch: optional(Type.Integer({ minimum: 0, description: 'Seconds since 1970: time given to what the build makes.' })),
      credential: optional(credential),
      stream,
      progressToken,
    }),
    result: record({ image, cachedSteps: count('Steps taken from the cache.'), steps: count('Steps in all.') }),
    streams: record({ time: time('When it was written.'), stream: oneOf(['stdout', 'stderr'], 'Where it was written to.'), text: text('Line.') }),
    readOnly: false,
    errors: [
      ...registryErrors, 'PathNotFound', 'PathAccessDenied', 'DockerfileInvalid', 'BuildStepFailed', 'ImageNotFound', 'IdAmbiguous', 'ImagePlatformMismatch', 'PlatformInvalid', 'ManifestInvalid', 'DigestMismatch', 'SizeMismatch',
      'WebFileNotFound', 'DownloadFailed', 'DownloadTooLarge', 'ArchiveInvalid', 'ArchivePathUnsafe', 'ArchiveTooLarge', 'LayerEntryUnsupported', 'UserNotFound', 'ExecutableNotFound', 'ContainerStartFailed', 'RuncMissing', 'ConmonMissing', 'SeccompProfileMissing', 'RuntimeFailed',
      'DiskFull', 'OptionUnsupported', 'IsolationUnsupported', 'MountNamespacePrivate',
    ],
  },
});
