import { describe, expect, it } from 'vitest';
import { difference } from './difference.ts';
import { internalForm } from './internal-form.ts';

const CORE = 'io.k8s.api.core.v1.';
const POD_SPEC = `${CORE}PodSpec`;

/** Names of the fields of the outermost object. */
const names = (text: string): string[] => [...text.matchAll(/^ "(\w+)":/gm)].map((match) => match[1]!);

describe('internal form', () => {
  it('has every field, by Go name, in the order of the server, zero or null', () => {
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeMode: 'Block' };
    expect(internalForm(`${CORE}PersistentVolumeClaimSpec`, claim).split('\n')).toEqual([
      ...['{', ' "AccessModes": [', '  "ReadWriteOnce"', ' ],', ' "Selector": null,'],
      ...[' "Resources": {', '  "Limits": null,', '  "Requests": {', '   "storage": "1Gi"', '  }', ' },'],
      ...[' "VolumeName": "",', ' "StorageClassName": null,', ' "VolumeMode": "Block",', ' "DataSource": null,'],
      ...[' "DataSourceRef": null,', ' "VolumeAttributesClassName": null', '}'],
    ]);
  });

  it('puts what the host shares into the security context, and moves what stands elsewhere', () => {
    const text = internalForm(POD_SPEC, { hostNetwork: true, securityContext: { fsGroup: 5 } });
    expect(names(text)).not.toContain('HostNetwork');
    expect(text).toContain(' "SecurityContext": {\n  "HostNetwork": true,\n  "HostPID": false,');
    expect(text).toContain('  "FSGroup": 5,\n  "FSGroupChangePolicy": null,\n  "Sysctls": null,');
    const fields = names(text);
    expect(fields[fields.indexOf('Subdomain') + 1]).toBe('SetHostnameAsFQDN');
  });

  it('writes types outside core by their JSON rules, and embedded metadata inline', () => {
    const template = { metadata: { labels: { a: '<b>' } }, spec: { selector: { matchLabels: { x: 'y' } } } };
    const text = internalForm(`${CORE}PersistentVolumeClaimTemplate`, template);
    expect(text.split('\n').slice(0, 4)).toEqual(['{', ' "labels": {', '  "a": "\\u003cb\\u003e"', ' },']);
    expect(text).toContain('  "Selector": {\n   "matchLabels": {\n    "x": "y"\n   }\n  },');
  });

  it('shows a change with the lines around it', () => {
    const text = difference(
      `${CORE}PersistentVolumeSpec`,
      { hostPath: { path: '/a' } },
      { hostPath: { path: '/b' } },
      'PersistentVolumeSource',
    );
    expect(text).toBe(
      '@@ -2,7 +2,7 @@\n  "GCEPersistentDisk": null,\n  "AWSElasticBlockStore": null,\n  "HostPath": {\n-  "Path": "/a",\n+  "Path": "/b",\n   "Type": null\n  },\n  "Glusterfs": null,\n',
    );
  });
});
