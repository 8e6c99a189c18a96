import type { SiloError } from '../base/index.ts';
import { fieldsOf, parseBoundedJson } from './bounded-json.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange, RegistryRequest } from './exchange.ts';
import { nextLink } from './link-header.ts';
import type { Answer } from './answer.ts';

export interface PageRequest extends Pick<RegistryRequest, 'scopes' | 'repository'> {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly notFound?: () => SiloError;
  /** The entries of a page. */
  readonly entries: (fields: ReadonlyMap<string, unknown>, answer: Answer) => readonly unknown[];
}

/**
 * The entries of all pages, as they come (OCI distribution specification, "Listing Tags"; the Link header
 * leads on). Errors: RegistryAnswerInvalid for a circle, a link to another host, and above the limits; every code of a registry.
 */
export async function* readPages(exchange: Exchange, endpoint: Endpoint, request: PageRequest, signal: AbortSignal | undefined): AsyncGenerator {
  const seen = new Set<string>();
  let count = 0;
  for (let url = request.url; ;) {
    seen.add(url.href);
    const { scopes, repository, headers, notFound } = request;
    const { answer, bytes } = await exchange.ask(endpoint, { method: 'GET', url, scopes, repository, ...(headers === undefined ? {} : { headers }), ...(notFound === undefined ? {} : { notFound }) }, signal);
    let fields: ReadonlyMap<string, unknown> | undefined;
    try {
      fields = fieldsOf(parseBoundedJson(bytes));
    } catch { /* told below */ }
    if (fields === undefined) throw answer.invalid('the list is not a JSON object');
    for (const entry of request.entries(fields, answer)) {
      if (++count > exchange.limits.entries) throw answer.invalid(`the list has more than ${exchange.limits.entries} entries`);
      yield entry;
    }
    const link = nextLink(answer.header('link'));
    if (link === undefined) return;
    const next = exchange.rules.follow(url, link);
    if (next === undefined || next.origin !== endpoint.base.origin) throw answer.invalid('the list goes on at an address that may not be followed');
    if (seen.has(next.href)) throw answer.invalid('the list goes round in a circle');
    if (seen.size >= exchange.limits.pages) throw answer.invalid(`the list has more than ${exchange.limits.pages} pages`);
    url = next;
  }
}
