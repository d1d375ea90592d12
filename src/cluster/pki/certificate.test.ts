import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { issue } from './certificate.ts';

const around = { nowMs: Date.UTC(2026, 0, 1), serial: new Uint8Array([0x81, 2, 3]) };
const authority = issue({ commonName: 'perdure-ca', use: 'authority', days: 3650 }, null, around);

it('issues a chain that node:tls accepts, with the client identity in it', async () => {
  const nowMs = Date.now();
  const ca = issue({ commonName: 'perdure-ca', use: 'authority', days: 10 }, null, { ...around, nowMs });
  const serving = issue(
    { commonName: 'kube-apiserver', names: ['127.0.0.1', 'localhost'], use: 'server', days: 5 },
    ca,
    { ...around, nowMs },
  );
  const client = issue({ commonName: 'admin', organizations: ['system:masters'], use: 'client', days: 5 }, ca, {
    ...around,
    nowMs,
  });
  const server = createServer({ key: serving.key, cert: serving.certificate, ca: ca.certificate, requestCert: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const seen = new Promise<TLSSocket>((resolve) => server.on('secureConnection', resolve));
  const { port } = server.address() as { port: number };
  const socket = connect({ host: '127.0.0.1', port, ca: ca.certificate, key: client.key, cert: client.certificate });
  const accepted = await seen;
  expect(accepted.authorized).toBe(true);
  expect(accepted.getPeerCertificate().subject).toMatchObject({ CN: 'admin', O: 'system:masters' });
  socket.destroy();
  server.close();
});

it('writes names, validity and a positive serial number', () => {
  const leaf = new X509Certificate(
    issue({ commonName: 'x', names: ['a.example', '10.0.0.1'], use: 'server', days: 30 }, authority, around)
      .certificate,
  );
  expect(leaf.subjectAltName).toBe('DNS:a.example, IP Address:10.0.0.1');
  expect(leaf.serialNumber).toBe('810203');
  expect(Date.parse(leaf.validTo)).toBe(Date.UTC(2026, 0, 31));
  expect(leaf.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
});
