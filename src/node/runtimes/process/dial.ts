import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';

/** Connects from the host's side. */
export function dial(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

const RELAY = `const s=require('net').connect({host:'127.0.0.1',port:+process.argv[1],allowHalfOpen:true});
s.on('connect',()=>{process.stderr.write('ok');process.stdin.pipe(s);s.pipe(process.stdout,{end:false})});
s.on('end',()=>process.stdout.write('',()=>process.exit(0)));
s.on('error',e=>{process.stderr.write(e.message);process.exit(1)});`;

/**
 * Connects to 127.0.0.1 inside a network namespace. A socket belongs to the namespace it was created in, so a helper
 * process relays it: for programs that listen on loopback only.
 */
export function dialInside(namespace: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const child = spawn('nsenter', [`--net=${namespace}`, process.execPath, '-e', RELAY, String(port)], {
      stdio: 'pipe',
    });
    child.once('error', reject);
    child.stderr.once('data', (said: Buffer) => {
      if (said.toString() !== 'ok') {
        reject(new Error(said.toString()));
        return;
      }
      const duplex = Duplex.from({ readable: child.stdout, writable: child.stdin });
      duplex.once('close', () => child.kill());
      resolve(duplex);
    });
    child.once('exit', () => reject(new Error('the relay into the pod ended')));
  });
}
