import type { UserInfo } from '../../schema/kind.ts';
import { StatusError } from '../../schema/status.ts';
import { ANONYMOUS, type Authentication, certificateUser } from '../authentication/authentication.ts';
import type { Exchange } from './exchange.ts';

const unauthorized = (): StatusError => new StatusError(401, 'Unauthorized', 'Unauthorized');

/** Finds the user of a request; certificates are looked at once per connection. Throws Unauthorized. */
export class Identity {
  readonly #authentication: Authentication;
  readonly #certificates = new WeakMap<object, UserInfo | 'none'>();

  constructor(authentication: Authentication) {
    this.#authentication = authentication;
  }

  of(exchange: Exchange): UserInfo | Promise<UserInfo> {
    const certified = this.#certified(exchange);
    if (certified !== null) return certified;
    const { authorization } = exchange.headers;
    if (authorization === undefined || !/^bearer /i.test(authorization)) return ANONYMOUS;
    const token = authorization.slice('bearer '.length).trim();
    return this.#authentication.known(token) ?? this.#bearer(token);
  }

  async #bearer(token: string): Promise<UserInfo> {
    const user = await this.#authentication.token(token);
    if (user === null) throw unauthorized();
    return user;
  }

  #certified(exchange: Exchange): UserInfo | null {
    const known = this.#certificates.get(exchange.connection);
    if (known !== undefined) return known === 'none' ? null : known;
    const { socket } = exchange;
    let user: UserInfo | null = null;
    if (socket?.authorized === true) user = certificateUser(socket.getPeerCertificate()?.subject);
    this.#certificates.set(exchange.connection, user ?? 'none');
    return user;
  }
}
