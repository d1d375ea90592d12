export { readSnapshot } from './live/snapshot.ts';
export { stageOfSnapshot } from './live/stage.ts';
export { type Machines, type Manifest, stageOfManifests } from './manifests.ts';
export type { Report, StepReport } from './report.ts';
export { DEFAULTS, type WhatIfOptions, whatIf } from './run.ts';
export { readScenario, type Scenario, type ScenarioStep, STEP_NAMES, scenarioOfWords } from './scenario.ts';
export type { Stage } from './stage.ts';
export { WhatIfError } from './what-if-error.ts';
