/** A layer as HCS is told of it. */
export interface LayerReference {
  /** GUID that was given to the layer when it was made; HCS writes it into what stands for the layer's files in others. */
  readonly id: string;
  readonly path: string;
}

/** LayerData (virtualization/api/hcs/SchemaReference.md): the layers below, nearest first. */
export const layerData = (layers: readonly LayerReference[]): string =>
  JSON.stringify({ SchemaVersion: { Major: 2, Minor: 1 }, Layers: layers.map(({ id, path }) => ({ Id: id, Path: path })) });

/** OsLayerOptions */
export const baseLayerOptions = (type: 'Container' | 'Vm'): string => JSON.stringify({ Type: type });

/** ExportLayerOptions */
export const writableLayerOptions = JSON.stringify({ IsWritableLayer: true });
