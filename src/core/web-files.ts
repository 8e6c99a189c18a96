/** A file at a web address that has answered; its bytes are still to come. */
export interface WebFile {
  /**
   * Names the content as its host does: another file at the address has another. Undefined where the host
   * says nothing that is sure enough.
   */
  readonly identity: string | undefined;
  readonly modifiedAt: Date | undefined;
  /** The bytes, to be read once, at the reader's pace; a piece's memory is used again as soon as the next one is asked for. Errors: DownloadFailed, DownloadTooLarge, OperationCancelled. */
  read(): AsyncIterable<Uint8Array>;
  /** Ends the transfer where nobody read. To be called always; after `read` it does nothing. */
  close(): Promise<void>;
}

/** Files of the web, asked for without any credentials. */
export interface WebFiles {
  /**
   * @param address http or https. Errors: DownloadFailed, WebFileNotFound, RegistryCertificateInvalid,
   * RegistryPlainHttpRefused, RegistrySettingsInvalid, OperationCancelled.
   */
  open(address: string, signal?: AbortSignal): Promise<WebFile>;
  /** Ends its connections. */
  close(): Promise<void>;
}
