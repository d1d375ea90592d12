import { describe, expect, it } from 'vitest';
import { isPassedBy, waitsOf } from './waits.ts';

const of = (script: string) => waitsOf(`/bin/sh -c ${script}`).map(({ host, need }) => `${host} ${need}`);

describe('what a script waits for', () => {
  it('is found in until and while-not loops', () => {
    expect(of('until nslookup mydb.ns.svc.cluster.local; do echo waiting; sleep 2; done')).toEqual([
      'mydb.ns.svc.cluster.local name',
    ]);
    expect(of('until pg_isready -h db -p 5432; do sleep 1; done')).toEqual(['db connection']);
    expect(of('while ! nc -z redis-0.redis 6379; do sleep 1; done')).toEqual(['redis-0.redis connection']);
    expect(of('until curl -sf http://web:8080/health.json; do sleep 1; done')).toEqual(['web connection']);
    expect(of('until mysqladmin ping --host=mysql-0.mysql --silent\ndo\n sleep 1\ndone')).toEqual([
      'mysql-0.mysql connection',
    ]);
    expect(
      of('set -ex\nuntil mongo --host mongodb-0.mongodb-headless:27017 --eval "print(\'ready\')"; do\n sleep 2\ndone'),
    ).toEqual(['mongodb-0.mongodb-headless connection']);
  });
  it('does not hold the pod that the script lets pass', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
    const script = '[ "${HOSTNAME##*-}" = 0 ] || until getent hosts db-0.db; do sleep 1; done';
    expect(of(script)).toEqual(['db-0.db name']);
    expect([isPassedBy(script, 'db-0'), isPassedBy(script, 'db-1'), isPassedBy(script, 'db-10')]).toEqual([
      true,
      false,
      false,
    ]);
  });
  it('is nothing in loops about files and in scripts without loops', () => {
    expect(of('until [ -f /data/ready.txt ]; do sleep 1; done')).toEqual([]);
    expect(of('until ./ready.sh; do sleep 1; done')).toEqual([]);
    expect(of('nslookup mydb')).toEqual([]);
  });
});
