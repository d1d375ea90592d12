import type { KubeObject } from '../../schema/object.ts';

const variable = (name: string): string => name.toUpperCase().replace(/-/g, '_');

/** The variables of one Service with a cluster IP (node.md 6.1, the docker-links form included). */
export function serviceVariables(service: KubeObject): [string, string][] {
  const ip = service.spec?.clusterIP;
  const ports: readonly { name?: string; port: number; protocol?: string }[] = service.spec?.ports ?? [];
  if (!ip || ip === 'None' || ports.length === 0) return [];
  const prefix = variable(service.metadata.name ?? '');
  const host = ip.includes(':') ? `[${ip}]` : ip;
  const url = (port: { port: number; protocol?: string }): string =>
    `${(port.protocol ?? 'TCP').toLowerCase()}://${host}:${port.port}`;
  const out: [string, string][] = [
    [`${prefix}_SERVICE_HOST`, ip],
    [`${prefix}_SERVICE_PORT`, String(ports[0]!.port)],
  ];
  for (const port of ports) {
    if (port.name) out.push([`${prefix}_SERVICE_PORT_${variable(port.name)}`, String(port.port)]);
  }
  out.push([`${prefix}_PORT`, url(ports[0]!)]);
  for (const port of ports) {
    const protocol = port.protocol ?? 'TCP';
    const base = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
    out.push(
      [base, url(port)],
      [`${base}_PROTO`, protocol.toLowerCase()],
      [`${base}_PORT`, String(port.port)],
      [`${base}_ADDR`, ip],
    );
  }
  return out;
}

/** Service variables a pod of `namespace` gets: those of its own namespace, and always `kubernetes` of default. */
export function serviceEnvironment(
  services: (namespace: string) => readonly KubeObject[],
  namespace: string,
  links: boolean,
): [string, string][] {
  const out: [string, string][] = [];
  const api = services('default').find((service) => service.metadata.name === 'kubernetes');
  if (api !== undefined) out.push(...serviceVariables(api));
  if (!links) return out;
  for (const service of services(namespace)) if (service !== api) out.push(...serviceVariables(service));
  return out;
}
