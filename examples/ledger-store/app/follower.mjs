// A follower keeps one stream open to ordinal 0 and appends what it is sent, in order, durably.
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { peer } from './identity.mjs';

const RETRY_MS = 500;

export class Follower {
  constructor(self, log, version, port) {
    Object.assign(this, {
      self,
      log,
      version,
      port,
      leaderIndex: null,
      leaderVersion: null,
      lastHeardMs: 0,
      stopped: false,
    });
  }

  start() {
    this.#connect();
  }

  /** Entries behind the leader, or null before the first contact. */
  get lag() {
    return this.leaderIndex === null ? null : Math.max(0, this.leaderIndex - this.log.lastIndex);
  }

  #connect() {
    if (this.stopped) return;
    const query = new URLSearchParams({
      from: `${this.log.lastIndex}`,
      ordinal: `${this.self.ordinal}`,
      version: this.version,
    });
    const again = () => setTimeout(() => this.#connect(), RETRY_MS);
    this.stream = request({
      host: peer(this.self, 0),
      port: this.port,
      path: `/replicate?${query}`,
      localAddress: undefined,
    })
      .on('response', (response) =>
        this.#read(response)
          .catch(() => {})
          .finally(again),
      )
      .on('error', again)
      .end();
  }

  async #read(response) {
    if (response.statusCode !== 200) {
      response.resume();
      return;
    }
    for await (const line of createInterface({ input: response })) {
      const message = JSON.parse(line);
      this.lastHeardMs = performance.now();
      this.leaderIndex = message.leaderIndex;
      this.leaderVersion = message.version ?? this.leaderVersion;
      if (message.format !== undefined) await this.log.upgrade(message.format);
      if (message.index === this.log.lastIndex + 1) await this.log.append(message.data);
    }
  }

  stop() {
    this.stopped = true;
    this.stream?.destroy();
  }
}
