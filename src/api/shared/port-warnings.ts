import { quote } from '../../schema/field-errors.ts';
import type { Json } from './json.ts';

interface SeenPort {
  readonly field: string;
  readonly hostPort: number;
  readonly hostIP: string;
}

function clash(port: SeenPort, other: SeenPort): string | null {
  if (port.hostIP === other.hostIP && port.hostPort === other.hostPort) return 'duplicate';
  if (port.hostPort === 0 || other.hostPort === 0) return 'overlapping';
  // One bound to every address and one to a single address: nobody can say which gets a connection.
  const ambiguous = port.hostPort === other.hostPort && (port.hostIP === '') !== (other.hostIP === '');
  return ambiguous ? 'dangerously ambiguous' : null;
}

/** Ports that are declared twice, by number or by name, in containers that run side by side. */
export function portWarnings(spec: Json, field: string, out: string[]): void {
  const byNumber = new Map<string, SeenPort[]>();
  const byName = new Map<string, string>();
  const named: string[] = [];
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [c, container] of (spec[list] ?? []).entries()) {
      const serves = list === 'containers' || container.restartPolicy === 'Always';
      for (const [i, port] of (container.ports ?? []).entries()) {
        const { name = '', containerPort, protocol = 'TCP', hostPort = 0, hostIP = '' } = port;
        const at = `${field}.${list}[${c}].ports[${i}]`;
        const key = `${containerPort}/${protocol}`;
        const seen: SeenPort = { field: at, hostPort, hostIP };
        const others = byNumber.get(key) ?? [];
        for (const other of others) {
          const kind = clash(seen, other);
          if (kind !== null) out.push(`${at}: ${kind} port definition with ${other.field}`);
        }
        others.push(seen);
        byNumber.set(key, others);
        if (name === '' || !serves) continue;
        const first = byName.get(name);
        if (first === undefined) byName.set(name, at);
        else {
          const which = `services and probes that select ports by name will use ${first}`;
          named.push(`${at}: duplicate port name ${quote(name)} with ${first}, ${which}`);
        }
      }
    }
  }
  out.push(...named);
}
