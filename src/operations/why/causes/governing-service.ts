import { labelSetMatcher } from '../../../schema/selectors.ts';
import { cause } from '../cause.ts';
import { way } from '../chain.ts';
import { kubectl } from '../commands.ts';
import { setFacts } from '../facts/set-facts.ts';

const RULE = {
  text: 'The names POD.SERVICE.NAMESPACE.svc come from the headless service that spec.serviceName names and that selects the pods; the set does not create it.',
  source: 'spec.serviceName',
};

/** The service that gives the members their names is missing, not headless, or selects other pods. */
export const governingService = cause({
  id: 'governing-service',
  kind: 'StatefulSet',
  applies(set, world) {
    if (!world.sees('services')) return null;
    const { name, namespace } = setFacts(set, world);
    const wanted = set.spec.serviceName ?? '';
    if (wanted === '') return null;
    const member = `${name}-${set.spec.ordinals?.start ?? 0}.${wanted}.${namespace}.svc`;
    const service = world.observed.services.find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === wanted,
    );
    const describe = way('see the service', kubectl(namespace, 'describe', 'svc', wanted));
    if (service === undefined) {
      const labels = set.spec.selector?.matchLabels ?? {};
      const manifest = JSON.stringify({
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: wanted },
        spec: { clusterIP: 'None', selector: labels, ports: ports(set.spec.template.spec.containers) },
      });
      return {
        severity: 'warning',
        says: `service ${wanted} does not exist, so the members have no names of their own (${member} is unknown to DNS)`,
        rule: RULE,
        ways: [
          way('create it', `echo '${manifest.replaceAll("'", "'\\''")}' | ${kubectl(namespace, 'apply', '-f', '-')}`),
        ],
      };
    }
    if (service.spec.clusterIP !== 'None') {
      return {
        severity: 'warning',
        says: `service ${wanted} is not headless (clusterIP ${service.spec.clusterIP ?? 'unset'}): it has one address for all, and ${member} is unknown to DNS`,
        rule: RULE,
        ways: [
          way(
            'a cluster IP cannot be taken off: delete the service and create it anew with clusterIP: None',
            kubectl(namespace, 'delete', 'svc', wanted),
          ),
        ],
      };
    }
    const selector = service.spec.selector;
    // Without a selector somebody writes the endpoints by hand.
    if (selector === undefined || labelSetMatcher(selector).matches(set.spec.template.metadata?.labels)) return null;
    return {
      severity: 'warning',
      says: `service ${wanted} selects other pods than those of ${name}: ${member} is unknown to DNS`,
      rule: RULE,
      ways: [describe],
    };
  },
});

interface Ported {
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

/** Ports for the service, from the containers; one that stands for none when they say nothing. */
function ports(containers: readonly Ported[]): object[] {
  const found = containers.flatMap((container) => container.ports ?? []);
  if (found.length === 0) return [{ name: 'peer', port: 1 }];
  return found.map(({ name, containerPort }, index) => ({ name: name ?? `port-${index}`, port: containerPort }));
}
