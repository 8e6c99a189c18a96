import { inspect } from 'node:util';

/** A password or token. It shows itself to nobody who prints, logs, serialises or inspects what holds it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) { this.#value = value; }

  /** The text itself, for the header or the pipe that it goes into. */
  reveal(): string { return this.#value; }

  get isEmpty(): boolean { return this.#value === ''; }
  toString(): string { return '***'; }
  toJSON(): string { return '***'; }
  [inspect.custom](): string { return 'Secret'; }
}

/** The text without any of the secrets, nor their Base64 or URL forms: a hostile registry may send back what it was told. */
export const redact = (text: string, secrets: Iterable<Secret>): string => {
  let clean = text;
  for (const secret of secrets) {
    const value = secret.reveal();
    // Shorter texts would blank out words; nobody guards anything with three characters.
    if (value.length < 4) continue;
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString('base64'), Buffer.from(value).toString('base64url')]) clean = clean.replaceAll(form, '***');
  }
  return clean;
};
