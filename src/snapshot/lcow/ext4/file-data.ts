import { blockBytes, type BlockOutput } from './block-output.ts';

/** Blocks in a row: where it begins in the file and in the image, in blocks, and where it ends in the file, in bytes. */
interface Run { readonly logical: number; readonly physical: number; end: number }

/** Puts the data of one file into an image as it comes; nobody else writes there meanwhile. What is skipped becomes a hole. */
export class FileData {
  readonly #output: BlockOutput;
  readonly #extents: number[] = [];
  #run: Run | undefined;

  constructor(output: BlockOutput) { this.#output = output; }

  /** @param position in the file; never before what was written */
  write(piece: Uint8Array, position: number): void {
    if (piece.length === 0) return;
    let run = this.#run;
    if (run !== undefined && Math.floor(position / blockBytes) > Math.ceil(run.end / blockBytes)) run = this.#endRun(run);
    if (run === undefined) {
      const logical = Math.floor(position / blockBytes);
      this.#run = run = { logical, physical: this.#output.nextBlock(), end: logical * blockBytes };
    }
    this.#output.zeros(position - run.end);
    this.#output.write(piece);
    run.end = position + piece.length;
  }

  /** Extents as `Ext4Node` has them. */
  finish(): readonly number[] {
    if (this.#run !== undefined) this.#endRun(this.#run);
    return this.#extents;
  }

  #endRun({ logical, physical }: Run): undefined {
    this.#extents.push(logical, physical, this.#output.nextBlock() - physical);
    this.#run = undefined;
    return undefined;
  }
}
