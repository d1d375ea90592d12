/**
 * What the `postgres` image does before it runs the server, for PostgreSQL found on the machine: the documented contract
 * of the official image (variables, initialisation files, user), written anew. Runs under POSIX sh. The server that only
 * initialises listens where nobody looks, so that a probe does not call the pod ready and then find it gone.
 */
export const POSTGRES_ENTRYPOINT = `#!/bin/sh
set -eu
note() { printf '%s perdure-postgres: %s\\n' "$(date -u '+%Y-%m-%d %H:%M:%S UTC')" "$1"; }
from_file() {
  # NAME_FILE names a file that holds NAME.
  eval "file=\\\${$1_FILE:-}"
  [ -z "$file" ] || { value=$(cat "$file"); eval "$1=\\$value"; export "$1"; unset "$1_FILE"; }
}
case "\${1:-postgres}" in
  -*) set -- postgres "$@" ;;
esac
[ $# -gt 0 ] || set -- postgres
[ "$1" = postgres ] || exec "$@"
for name in POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS; do from_file "$name"; done
: "\${PGDATA:=/var/lib/postgresql/data}" "\${POSTGRES_USER:=postgres}" "\${PERDURE_POSTGRES_UID:=999}"
: "\${POSTGRES_DB:=$POSTGRES_USER}" "\${POSTGRES_PASSWORD:=}" "\${POSTGRES_HOST_AUTH_METHOD:=}"
export PGDATA
uid=$(id -u)
if [ "$uid" = 0 ]; then
  uid=$PERDURE_POSTGRES_UID
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R "$uid:$uid" "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  as() { setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"; }
else
  mkdir -p "$PGDATA" /var/run/postgresql 2>/dev/null || :
  chmod 700 "$PGDATA" 2>/dev/null || :
  as() { "$@"; }
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
    POSTGRES_PASSWORD=$(od -An -N18 -tx1 /dev/urandom | tr -d ' \\n')
    note "WARNING: POSTGRES_PASSWORD is not set. The official image would refuse to start; generated for $POSTGRES_USER: $POSTGRES_PASSWORD"
  fi
  pw=$(mktemp)
  printf '%s\\n' "$POSTGRES_PASSWORD" > "$pw"
  [ -s "$pw" ] && [ -n "$POSTGRES_PASSWORD" ] && set_pw="--pwfile=$pw" || set_pw=
  chown "$uid" "$pw" 2>/dev/null || :
  # POSTGRES_INITDB_ARGS is a list of words by contract.
  eval "as initdb --username=\\"\\$POSTGRES_USER\\" \${set_pw:+\\"\\$set_pw\\"} \${POSTGRES_INITDB_ARGS:-}"
  rm -f "$pw"
  if [ -z "$POSTGRES_HOST_AUTH_METHOD" ]; then
    POSTGRES_HOST_AUTH_METHOD=$(as postgres -C password_encryption)
  fi
  printf '\\nhost all all all %s\\n' "$POSTGRES_HOST_AUTH_METHOD" >> "$PGDATA/pg_hba.conf"
  sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" "$PGDATA/postgresql.conf"
  export PGPASSWORD="$POSTGRES_PASSWORD" PGUSER="$POSTGRES_USER" PGHOST=$(as mktemp -d /tmp/init-XXXXXX)
  as pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -c unix_socket_directories=$PGHOST" -w start
  if [ "$POSTGRES_DB" != postgres ]; then
    printf '%s' 'CREATE DATABASE :"db";' | as psql -v ON_ERROR_STOP=1 --no-psqlrc -d postgres -v db="$POSTGRES_DB"
  fi
  export PGDATABASE="$POSTGRES_DB"
  for f in /docker-entrypoint-initdb.d/*; do
    case "$f" in
      *.sh) note "running $f"; if [ -x "$f" ]; then as "$f"; else as sh "$f"; fi ;;
      *.sql) note "running $f"; as psql -v ON_ERROR_STOP=1 --no-psqlrc < "$f" ;;
      *.sql.gz) note "running $f"; gzip -dc "$f" | as psql -v ON_ERROR_STOP=1 --no-psqlrc ;;
      '/docker-entrypoint-initdb.d/*') ;;
      *) note "ignoring $f" ;;
    esac
  done
  as pg_ctl -D "$PGDATA" -m fast -w stop
  rm -rf "$PGHOST"
  unset PGPASSWORD PGUSER PGHOST PGDATABASE
  note 'initialisation complete; ready for start up'
else
  note 'the data directory holds a database already; initialisation is skipped'
fi
shift
set -- postgres -c unix_socket_directories=/var/run/postgresql "$@"
if [ "$(id -u)" = 0 ]; then exec setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"; fi
exec "$@"
`;
