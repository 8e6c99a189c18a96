import { Type } from 'typebox';
import { containerRef } from './container.ts';
import { image } from './image.ts';
import type { MethodDefinition } from './method.ts';
import { flag, list, optional, record, text } from './schema.ts';

const progressToken = optional(Type.Union([Type.String(), Type.Integer()], { description: 'Progress is told under this token.' }));

const define = <const T extends Record<string, MethodDefinition>>(table: T): T => table;

const changeErrors = ['StoreBusy', 'ElevationRequired', 'MountNamespacePrivate'] as const;

/** Methods that make images of what is here, and keep the store in order. */
export const storeMethods = define({
  'container/commit': {
    summary: "Makes an image of a container's changes; the same changes give the same digest.",
    params: record({
      container: containerRef,
      reference: optional(text('Reference for the image; where left out, its digest in the repository localhost/nameless.')),
      author: optional(text('Author.')),
      message: optional(text('Comment in the history.')),
      changes: optional(list(Type.String(), { description: 'Dockerfile instructions that change the configuration: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR, STOPSIGNAL.' })),
      pause: optional(flag('Freezes a running container meanwhile; true where left out.')),
      progressToken,
    }),
    result: record({ image }),
    readOnly: false,
    errors: ['ContainerNotFound', 'IdAmbiguous', 'ContainerBusy', 'ImageReferenceInvalid', 'DockerfileInvalid', 'LayerEntryUnsupported', 'BlobNotFound', 'ManifestInvalid', 'RuntimeFailed', 'DiskFull', ...changeErrors],
  },
});
