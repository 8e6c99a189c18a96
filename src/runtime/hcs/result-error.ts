export interface ResultEvent {
  /** Who tells it: a component or an event provider. */
  readonly source: string;
  readonly eventId: number;
  readonly message: string;
}

export interface ToldError {
  readonly message: string | undefined;
  /** Outermost first. */
  readonly events: readonly ResultEvent[];
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim().replace(/\.$/, '') : undefined);

/** The ResultError of a failed operation. It is only told to people, so that what is not as documented is left out; undefined where nothing is left. */
export const readResultError = (document: string): ToldError | undefined => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(document);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { ErrorMessage, ErrorEvents } = parsed as { readonly ErrorMessage?: unknown; readonly ErrorEvents?: unknown };
  const events = (Array.isArray(ErrorEvents) ? ErrorEvents : []).flatMap((event: unknown): ResultEvent[] => {
    if (typeof event !== 'object' || event === null) return [];
    const { Message, Source, Provider, EventId } = event as Readonly<Record<string, unknown>>;
    const message = textOf(Message);
    return message === undefined ? [] : [{ source: textOf(Source) ?? textOf(Provider) ?? '', eventId: typeof EventId === 'number' ? EventId : 0, message }];
  });
  const message = textOf(ErrorMessage);
  return message === undefined && events.length === 0 ? undefined : { message, events };
};
