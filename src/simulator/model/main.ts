import { huntAll } from './hunt.ts';
import { exploreModel } from './index.ts';
import { describeCatches, describeReport } from './report.ts';

/** `npm run simulate -- --model [-o json]`: explores in full, then plants each bug. Exit code 1: something is wrong. */
function main(args: readonly string[]): number {
  const json = args.includes('json');
  const began = performance.now();
  const report = exploreModel();
  const catches = huntAll();
  const seconds = (performance.now() - began) / 1000;
  if (json) {
    const planted = catches.map(({ mutant: { name, mistake, caughtBy }, violation }) => ({
      name,
      mistake,
      caughtBy,
      violation,
    }));
    process.stdout.write(`${JSON.stringify({ ...report, planted, seconds })}\n`);
  } else {
    process.stdout.write(`${describeReport(report)}\n\n${describeCatches(catches)}\n\ntook ${seconds.toFixed(1)} s\n`);
  }
  const silent = report.invariants.some(({ evaluated }) => evaluated === 0);
  const escaped = catches.some(({ violation }) => violation === null);
  return report.violations.length > 0 || silent || escaped ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
