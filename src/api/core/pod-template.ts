import { deepEqual } from '../../base/json.ts';
import type { Draft, KindDefinition } from '../../schema/kind.ts';
import { formatLabels } from '../../schema/selectors.ts';
import { defineKind } from '../generic.ts';
import { NAME, text } from '../shared/columns.ts';
import { defaultTemplate } from '../shared/pod-defaults.ts';
import { validatePodTemplate } from '../shared/pod-template.ts';
import { podTemplateWarnings } from '../shared/pod-warnings.ts';
import { carryGeneration } from '../shared/transitions.ts';
import { containerColumns } from '../shared/workload-columns.ts';

function defaults(draft: Draft): void {
  defaultTemplate(draft);
}

/** v1 PodTemplate: a template that stands alone. */
export const podTemplate: KindDefinition = defineKind({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  generation: true,
  returnsDeleted: true,
  defaults,
  create: {
    prepare(draft) {
      draft.metadata.generation = 1;
    },
    validate: (object, errors) => validatePodTemplate(object.template, 'template', errors),
    warnings: (object) => podTemplateWarnings(object.template, 'template'),
  },
  update: {
    prepare: (draft, old) => carryGeneration(draft, old, !deepEqual(draft.template, old.template)),
    validate: (object, _old, errors) => validatePodTemplate(object.template, 'template', errors),
  },
  columns: [
    NAME,
    ...containerColumns((object) => object.template).map(({ priority: _, ...column }) => column),
    text('Pod Labels', (object) => formatLabels(object.template?.metadata?.labels)),
  ],
});
