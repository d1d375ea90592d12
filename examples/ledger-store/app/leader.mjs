// Ordinal 0: takes writes, streams them to followers, and finalizes a new data format once every member can read it.
const HEARTBEAT_MS = 1000;

const newer = (a, b) => a.localeCompare(b, undefined, { numeric: true });

export class Leader {
  constructor(log, version, maxFormat) {
    Object.assign(this, { log, version, maxFormat, followers: new Map() });
  }

  start() {
    this.timer = setInterval(() => this.#heartbeat(), HEARTBEAT_MS);
    this.timer.unref();
  }

  async append(data) {
    const index = await this.log.append(data);
    this.#send({ leaderIndex: index, index, data });
    return index;
  }

  /** Attaches a follower's response stream: history first, then what comes. */
  replicate(query, response) {
    const ordinal = Number(query.get('ordinal'));
    this.followers.get(ordinal)?.response.end();
    const follower = { response, version: query.get('version') ?? '0' };
    this.followers.set(ordinal, follower);
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(
      `${JSON.stringify({ leaderIndex: this.log.lastIndex, version: this.version, format: this.log.format })}\n`,
    );
    for (let index = Number(query.get('from')) + 1; index <= this.log.lastIndex; index++) {
      response.write(
        `${JSON.stringify({ leaderIndex: this.log.lastIndex, index, data: this.log.entries[index - 1] })}\n`,
      );
    }
    response.on('close', () => {
      if (this.followers.get(ordinal) === follower) this.followers.delete(ordinal);
    });
  }

  #send(message) {
    const line = `${JSON.stringify(message)}\n`;
    for (const { response } of this.followers.values()) response.write(line);
  }

  #heartbeat() {
    this.#send({ leaderIndex: this.log.lastIndex, version: this.version });
    const members = [...this.followers.values()];
    const ready = members.length > 0 && members.every(({ version }) => newer(version, this.version) >= 0);
    if (ready && this.log.format < this.maxFormat) this.finalize();
  }

  /** Until here a roll-back to the older version is safe; afterwards it needs a backup. */
  finalize() {
    this.finalizing ??= this.log
      .upgrade(this.maxFormat)
      .then(() => {
        console.log(`data format ${this.maxFormat} finalized: every member runs ${this.version}`);
        this.#send({ leaderIndex: this.log.lastIndex, format: this.maxFormat });
      })
      .finally(() => {
        this.finalizing = null;
      });
  }

  stop() {
    clearInterval(this.timer);
    for (const { response } of this.followers.values()) response.end();
  }
}
