/**
 * The helpers between Perdure and a container's program. They are fixed text: everything about a container reaches them
 * as values of environment variables (P0, P1, … in order), never as script and never in an argument list that others
 * can read.
 */

/** Sets `v` to the next value; `take N` appends N values to the positional parameters. */
const VALUES = `
n=0
next() { eval "v=\\$P$n"; n=$((n+1)); }
`;

/**
 * Stays beside the container for its life and writes its exit code, also while Perdure is away; about 1 MB. It runs after
 * `unshare --pid`, so that its first child is PID 1 of the new namespace and its exit status is seen as it is (unshare's
 * own --fork turns a SIGKILL into exit code 1). It may start nothing else: no process can be made in that namespace
 * once PID 1 is gone, and its root moves with the container's. What is typed on a terminal is not for the shim: it
 * traps, rather than ignores, so that the container starts with all signals as they are by default.
 */
export const SHIM = `trap : HUP INT QUIT TSTP TTIN TTOU
exec 3>&2 2>/dev/null 5>"$PD_DIR/$PD_EXIT"
for f in $PD_CGROUPS; do echo $$ > "$f/cgroup.procs"; done
/bin/sh -c "$PD_SETUP" 2>&3 3>&- 5>&-
echo $? >&5
`;

/**
 * Becomes PID 1 of the container. Builds its root (overlay on the host's, private /tmp, /run, /dev, /proc), moves there
 * and replaces itself by the program. Errors go to the file "error".
 */
export const SETUP = `set -eu
cd "$PD_DIR"
exec 4>&2 2>error
read -r line < /proc/self/stat
set -- \${line##*) }
echo "\${line%% *} \${20}" > pid.tmp
mv pid.tmp pid
mkdir go || exit 71
[ "$PD_SHARED" = 0 ] || readlink /proc/self/ns/mnt > mnt
${VALUES}
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs root
cd root
mkdir u w m
if [ "$PD_USERNS" = 0 ]; then
  mount -t overlay overlay -o lowerdir=/,upperdir=u,workdir=w m
else
  # Directories of root's are not ours to write to here, but those of the upper layer are: what volumes are mounted at.
  next; count=$v
  while [ "$count" -gt 0 ]; do next; count=$((count-1)); done
  next; count=$v
  while [ "$count" -gt 0 ]; do
    count=$((count-1))
    next; from=$v; next; to=u$(readlink -m "$v"); next
    if [ -d "$from" ]; then mkdir -p "$to"; else mkdir -p "\${to%/*}"; [ -e "$to" ] || : > "$to"; fi
  done
  n=0
  # The root has mounts below it that a user namespace may not uncover: its directories one by one.
  mount --bind m m
  mkdir m/tmp m/run m/root m/home m/mnt m/media
  for d in /*; do
    d=\${d#/}
    case "$d" in proc|sys|dev|tmp|run|root|home|mnt|media|lost+found) continue ;; esac
    if [ -L "/$d" ]; then cp -P "/$d" "m/$d"; continue; fi
    [ -d "/$d" ] || continue
    mkdir -p "m/$d" "u/$d" "w/$d"
    mount -t overlay overlay -o "lowerdir=/$d,upperdir=u/$d,workdir=w/$d,userxattr" "m/$d" 2>/dev/null || mount --rbind "/$d" "m/$d" || :
  done
fi
cd m
mkdir -p proc sys dev .perdure
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys 2>/dev/null || mount --rbind /sys sys
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts 2>/dev/null || mount --bind /dev/pts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
if [ "$PD_TERMINAL" = 1 ]; then
  t=$(tty)
  [ "$PD_USERNS" = 1 ] || chown "$PD_UID" "$t"
  : > dev/console
  mount --bind "$t" dev/console
  echo "$t" > "$PD_DIR/tty"
fi
for d in null zero full random urandom tty; do : > dev/$d; mount --bind /dev/$d dev/$d; done
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
pivot_root . .perdure
cd /
hiding=
next; count=$v
while [ "$count" -gt 0 ]; do
  next; count=$((count-1))
  [ -d "$v" ] || continue
  [ "$PD_READONLY" = 0 ] || hiding="$hiding:$v"
  case "$v" in /tmp|/var/tmp) mode=1777 ;; *) mode=755 ;; esac
  mount -t tmpfs -o mode=$mode,nosuid,nodev tmpfs "$v"
done
mkdir -p /run/lock
targets=:
next; count=$v
while [ "$count" -gt 0 ]; do
  count=$((count-1))
  next; from=/.perdure$v; next; to=$v; next
  targets="$targets$to:"
  if [ -d "$from" ]; then mkdir -p "$to"; else mkdir -p "\${to%/*}/"; [ -e "$to" ] || : > "$to"; fi
  mount --rbind "$from" "$to"
  [ "$v" = rw ] || mount -o remount,bind,ro "$to"
done
[ -z "$PD_HOSTNAME" ] || echo "$PD_HOSTNAME" > /proc/sys/kernel/hostname 2>/dev/null || hostname "$PD_HOSTNAME"
[ -z "$PD_WORKDIR" ] || mkdir -p "$PD_WORKDIR"
if [ "$PD_MASKED" = 1 ]; then
  # What concerns the whole machine is read-only or not to be seen: one mount(8) for all of it.
  masks=/.perdure$PD_DIR/masks
  for d in bus fs irq sys sysrq-trigger; do [ ! -e "/proc/$d" ] || echo "/proc/$d /proc/$d none bind,ro 0 0"; done > "$masks"
  for d in /proc/acpi /proc/asound /proc/scsi /sys/firmware; do [ ! -d "$d" ] || echo "tmpfs $d tmpfs ro,size=0 0 0"; done >> "$masks"
  for d in kcore keys latency_stats sched_debug timer_list timer_stats; do [ ! -e "/proc/$d" ] || echo "/dev/null /proc/$d none bind 0 0"; done >> "$masks"
  mount -a -T "$masks" || [ "$PD_USERNS" = 1 ]
fi
if [ "$PD_READONLY" = 1 ]; then
  # Only volumes, /dev and /dev/shm are left to write to.
  [ "$PD_USERNS" = 0 ] || for d in /*; do [ -L "$d" ] || [ ! -d "$d" ] || hiding="$hiding:$d"; done
  IFS=:
  for d in $hiding; do
    case "$targets:/proc:/sys:/dev:" in *":$d:"*) continue ;; esac
    [ -z "$d" ] || mount -o remount,bind,ro "$d" 2>/dev/null || [ "$PD_USERNS" = 1 ]
  done
  IFS=' '
fi
: > /.perdure$PD_DIR/started
umount -l /.perdure
if [ "$PD_READONLY" = 1 ]; then mount -o remount,bind,ro /; else rmdir /.perdure; fi
cd "\${PD_WORKDIR:-/}"
set --
while [ "$n" -lt "$PD_COUNT" ]; do next; set -- "$@" "$v"; done
exec 2>&4 4>&-
if [ "$PD_TERMINAL$PD_USERNS" = 10 ]; then exec setsid -c env -i "$@"; fi
exec env -i "$@"
`;

/**
 * PID 1 of a pod whose containers share their processes. Says who it is on the machine, then only waits; the shell
 * reaps whatever becomes its child. It has no handlers: from inside nobody can end it.
 */
export const PAUSE = `/bin/sh -c '
read -r line < /proc/self/stat
set -- \${line##*) }
echo "\${line%% *} \${20}"
exec >/dev/null
while :; do sleep 2147483647 & wait $!; done' </dev/null
:
`;

/**
 * What script(1) starts on the terminal it makes. It outlives us, and holds that terminal while Perdure is away: a
 * container would be hung up otherwise.
 */
const ON_TERMINAL = `exec $PD_ISOLATE /bin/sh -c "$PD_SHIM" perdure-shim`;

/** Tells the exit code only when script(1) has carried over the last that was shown. */
export const TERMINAL = `script -qefc '${ON_TERMINAL}' /dev/null
cd "$PD_DIR" && [ -s "$PD_EXIT" ] && mv "$PD_EXIT" exit
`;

/** Runs a further command inside, after nsenter has joined the namespaces. */
export const ENTER = `${VALUES}
cd "\${PD_WORKDIR:-/}" 2>/dev/null || cd /
set --
while [ "$n" -lt "$PD_COUNT" ]; do next; set -- "$@" "$v"; done
exec env -i "$@"
`;

/**
 * Runs a further command on a terminal of the container's own: the one we hold is unknown in its /dev. script(1) carries
 * bytes and window sizes between the two.
 */
export const ENTER_ON_TERMINAL = `command -v script > /dev/null || exec /bin/sh -c "$PD_ENTER"
SHELL=/bin/sh exec script -qefc '[ -z "$PD_UID" ] || chown "$PD_UID" "$(tty)"; exec /bin/sh -c "$PD_ENTER"' /dev/null
`;

/** Passes a list as P0, P1, … . */
export function valuesAsEnvironment(values: readonly string[]): Record<string, string> {
  return { ...Object.fromEntries(values.map((value, index) => [`P${index}`, value])), PD_COUNT: String(values.length) };
}
