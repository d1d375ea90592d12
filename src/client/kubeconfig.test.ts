import { describe, expect, it } from 'vitest';
import { parseKubeconfig } from './kubeconfig.ts';

const text = (user: string) => `
current-context: one
contexts:
- {name: one, context: {cluster: c, user: u, namespace: team}}
- {name: two, context: {cluster: c, user: u}}
clusters:
- name: c
  cluster: {server: "https://127.0.0.1:6443/", certificate-authority-data: ${Buffer.from('CA').toString('base64')}}
users:
- name: u
  user: ${user}
`;

describe('parseKubeconfig', () => {
  it('decodes inline material and takes the current context', async () => {
    expect(await parseKubeconfig(text('{token: t}'))).toEqual({
      server: 'https://127.0.0.1:6443',
      certificateAuthority: 'CA',
      token: 't',
      namespace: 'team',
    });
    expect((await parseKubeconfig(text('{token: t}'), { context: 'two' })).namespace).toBe('default');
  });

  it('reads files through the function it is given', async () => {
    const readFile = (path: string) => `<${path}>`;
    const connection = await parseKubeconfig(text('{client-certificate: a.crt, client-key: a.key}'), { readFile });
    expect([connection.clientCertificate, connection.clientKey]).toEqual(['<a.crt>', '<a.key>']);
    await expect(parseKubeconfig(text('{client-key: a.key}'))).rejects.toThrow('a.key');
  });

  it('says what is missing', async () => {
    await expect(parseKubeconfig(text('{}'), { context: 'three' })).rejects.toThrow('contexts has no "three"');
    await expect(parseKubeconfig(text('{exec: {command: x}}'))).rejects.toThrow('credential plug-in');
  });
});
