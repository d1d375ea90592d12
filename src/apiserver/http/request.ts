import type { UserInfo } from '../../schema/kind.ts';
import type { RequestInfo } from '../request-info.ts';
import type { Exchange, ResponseHeaders } from './exchange.ts';
import type { Warnings } from './respond.ts';

/** A request after routing, authentication and authorization. */
export interface ApiRequest {
  readonly exchange: Exchange;
  readonly info: RequestInfo;
  readonly query: URLSearchParams;
  readonly user: UserInfo;
  readonly warnings: Warnings;
  /** Common headers of an answer of this content type, warnings included. */
  headers(contentType: string): ResponseHeaders;
  /** Throws Forbidden when the user may not do this as well. */
  authorize(verb: string, resource: { group: string; resource: string; subresource: string; name: string }): void;
}
