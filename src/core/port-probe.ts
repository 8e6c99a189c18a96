/** Looks whether somebody listens. */
export interface PortProbe {
  /** True where a TCP connection to an IP address is taken; it is closed at once. False where it is refused, or `signal` is aborted before. */
  answers(address: string, port: number, signal: AbortSignal): Promise<boolean>;
}
