import { expect, it } from 'vitest';
import { Histogram, MetricsText } from './prometheus.ts';

it('writes families, labels in order and escaped, and odd numbers', () => {
  const text = new MetricsText()
    .family('a_total', 'counter', 'Things.')
    .sample({ z: '1', b: 'say "hi"\\\n' }, 3)
    .sample({}, Number.POSITIVE_INFINITY).text;
  expect(text).toBe(
    '# HELP a_total Things.\n# TYPE a_total counter\na_total{b="say \\"hi\\"\\\\\\n",z="1"} 3\na_total +Inf\n',
  );
});

it('counts a value in every bucket that is large enough, bounds included', () => {
  const histogram = new Histogram([0.1, 1]);
  for (const value of [0.1, 0.5, 7]) histogram.observe(value);
  const lines = new MetricsText().family('s', 'histogram', 'h').histogram({ v: 'GET' }, histogram).text.split('\n');
  expect(lines.slice(2, -1)).toEqual([
    's_bucket{le="0.1",v="GET"} 1',
    's_bucket{le="1",v="GET"} 2',
    's_bucket{le="+Inf",v="GET"} 3',
    's_sum{v="GET"} 7.6',
    's_count{v="GET"} 3',
  ]);
});
