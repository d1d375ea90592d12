import type { Texts } from './texts.ts';

export const SCALARS: Texts = {
  prefix: 'io.k8s.apimachinery.pkg',
  texts: {
    'api.resource.Quantity': {
      '': 'An amount: a number, with a suffix if need be. `Ki Mi Gi Ti Pi Ei` are powers of 1024, `k M G T P E` powers of 1000, `m` is a thousandth (`250m` of a CPU is a quarter). The server writes it in its shortest form: `1024Mi` becomes `1Gi`.',
    },
    'util.intstr.IntOrString': { '': 'A number, or text: a percentage such as `25%`, or the name of a port.' },
    'runtime.RawExtension': { '': 'Any object, as it is.' },
  },
};
