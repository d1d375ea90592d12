// `npm start`: install, build, start Perdure with the example, wait until it is Ready; what follows `--` goes to `up`.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const args = ['up', '-f', join(root, 'examples', 'ledger-store'), '--wait', ...process.argv.slice(2)];
const child = spawn(process.execPath, [join(root, 'bin', 'perdure'), ...args], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
