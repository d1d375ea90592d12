export {
  type Chain,
  type DataEffect,
  dataText,
  type Finding,
  type Rule,
  type Severity,
  type State,
  type Way,
} from './chain.ts';
export { explain } from './explain.ts';
export { observe } from './observe.ts';
export { NOTHING_OBSERVED, type Objects, type Observed } from './observed.ts';
export { type Paint, PLAIN, type PrintOptions, printChain } from './print.ts';
export { KIND_NAMES, parseSubject, type Subject, type SubjectKind, shortName } from './subject.ts';
export { summary } from './summary.ts';
