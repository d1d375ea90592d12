/** Texts of so many lines and more let lines that come up often not begin a match. */
const POPULAR_FROM = 200;

/** `size` lines are the same from `a` in the one and from `b` in the other text. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

/** Lines `a0` to `a1` of the one become `b0` to `b1` of the other. */
interface Change {
  readonly same: boolean;
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** Finds what two texts have in common as Python's difflib does: the longest block first, then what is beside it. */
class Matcher {
  readonly #a: readonly string[];
  readonly #b: readonly string[];
  readonly #places = new Map<string, number[]>();

  constructor(a: readonly string[], b: readonly string[]) {
    this.#a = a;
    this.#b = b;
    b.forEach((line, i) => {
      const places = this.#places.get(line);
      if (places === undefined) this.#places.set(line, [i]);
      else places.push(i);
    });
    if (b.length < POPULAR_FROM) return;
    const most = Math.floor(b.length / 100) + 1;
    for (const [line, places] of this.#places) if (places.length > most) this.#places.delete(line);
  }

  #longest(a0: number, a1: number, b0: number, b1: number): Match {
    let [a, b, size] = [a0, b0, 0];
    let lengths = new Map<number, number>();
    for (let i = a0; i < a1; i++) {
      const next = new Map<number, number>();
      for (const j of this.#places.get(this.#a[i]!) ?? []) {
        if (j < b0) continue;
        if (j >= b1) break;
        const length = (lengths.get(j - 1) ?? 0) + 1;
        next.set(j, length);
        if (length > size) [a, b, size] = [i - length + 1, j - length + 1, length];
      }
      lengths = next;
    }
    while (a > a0 && b > b0 && this.#a[a - 1] === this.#b[b - 1]) [a, b, size] = [a - 1, b - 1, size + 1];
    while (a + size < a1 && b + size < b1 && this.#a[a + size] === this.#b[b + size]) size++;
    return { a, b, size };
  }

  *matches(a0 = 0, a1 = this.#a.length, b0 = 0, b1 = this.#b.length): Generator<Match> {
    const match = this.#longest(a0, a1, b0, b1);
    if (match.size === 0) return;
    const { a, b, size } = match;
    if (a0 < a && b0 < b) yield* this.matches(a0, a, b0, b);
    yield match;
    if (a + size < a1 && b + size < b1) yield* this.matches(a + size, a1, b + size, b1);
  }
}

function changesOf(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = [];
  let [atA, atB] = [0, 0];
  for (const match of [...new Matcher(a, b).matches(), { a: a.length, b: b.length, size: 0 }]) {
    if (atA < match.a || atB < match.b) changes.push({ same: false, a0: atA, a1: match.a, b0: atB, b1: match.b });
    [atA, atB] = [match.a + match.size, match.b + match.size];
    const last = changes.at(-1);
    const joined = last?.same === true && last.a1 === match.a && last.b1 === match.b;
    if (joined) changes[changes.length - 1] = { ...last, a1: atA, b1: atB };
    else if (match.size > 0) changes.push({ same: true, a0: match.a, a1: atA, b0: match.b, b1: atB });
  }
  return changes;
}

/** Changes with `context` equal lines around them; those that come closer to each other are one group. */
function grouped(changes: readonly Change[], context: number): Change[][] {
  const groups: Change[][] = [];
  let group: Change[] = [];
  changes.forEach((change, i) => {
    if (!change.same) {
      group.push(change);
      return;
    }
    const { a0, a1, b0, b1 } = change;
    const [first, last] = [i === 0, i === changes.length - 1];
    if (!first && !last && a1 - a0 <= 2 * context) {
      group.push(change);
      return;
    }
    if (!first) {
      group.push({ same: true, a0, a1: Math.min(a1, a0 + context), b0, b1: Math.min(b1, b0 + context) });
      groups.push(group);
    }
    group = last ? [] : [{ same: true, a0: Math.max(a0, a1 - context), a1, b0: Math.max(b0, b1 - context), b1 }];
  });
  if (group.some(({ same }) => !same)) groups.push(group);
  return groups;
}

/** A range as a hunk says it: from line 1, its length left out when that is one. */
function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return String(from + 1);
  return `${length === 0 ? from : from + 1},${length}`;
}

/**
 * What differs between two texts, line by line, as a unified diff without file names; empty when nothing does. Which of
 * several possible diffs is found is that of difflib, which Go's port of it prints too.
 */
export function unifiedDiff(before: string, after: string, context = 3): string {
  const a = before.split('\n');
  const b = after.split('\n');
  let out = '';
  for (const group of grouped(changesOf(a, b), context)) {
    const [first, last] = [group[0]!, group[group.length - 1]!];
    out += `@@ -${range(first.a0, last.a1)} +${range(first.b0, last.b1)} @@\n`;
    for (const { same, a0, a1, b0, b1 } of group) {
      for (const line of a.slice(a0, a1)) out += `${same ? ' ' : '-'}${line}\n`;
      if (!same) for (const line of b.slice(b0, b1)) out += `+${line}\n`;
    }
  }
  return out;
}
