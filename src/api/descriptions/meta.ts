import { CONDITION, type Texts } from './texts.ts';

const DRY_RUN = 'The value `All` goes through everything (admission, validation, defaults) and stores nothing.';
const FIELD_MANAGER =
  'Who writes, as it will stand in metadata.managedFields; at most 128 characters. Default: from the User-Agent. Server-side apply needs it.';
const FIELD_VALIDATION =
  'What happens to unknown and duplicate fields: `Strict` refuses the request, `Warn` (default) answers with a warning, `Ignore` drops them silently.';

export const META: Texts = {
  prefix: 'io.k8s.apimachinery.pkg.apis.meta.v1',
  texts: {
    ObjectMeta: {
      name: 'Name of the object, unique among the objects of its kind in the namespace. Needed when creating, unless generateName is given; cannot be changed. Mostly lower-case letters, digits, `-` and `.`, up to 253 characters; some kinds allow less (a StatefulSet 63, of which 52 are of use).',
      generateName:
        'Beginning of a name that the server completes with five random characters; used when name is empty. A name that is taken is tried again up to 8 times.',
      namespace:
        'Namespace of the object; that of the address when left out. Empty for kinds of the whole cluster. Cannot be changed.',
      selfLink: 'Always empty.',
      uid: 'Identifies this object among all that ever have the same name. Given by the server; cannot be changed.',
      resourceVersion:
        'The revision of the last write, given by the server: one counter for the whole cluster. Sent with an update, it makes the update fail (409) if somebody else wrote meanwhile. Watches go on from it.',
      generation:
        'Counts changes of what is wanted (the spec), from 1 on; changes of status and labels do not count. Controllers repeat it in status.observedGeneration.',
      creationTimestamp: 'When the object was created, by the clock of the server. Cannot be set.',
      deletionTimestamp:
        'Set by the server when deletion was asked for and something still holds the object back: finalizers or, of pods, the time to end. For pods it is when that time is over. The object cannot be brought back.',
      deletionGracePeriodSeconds:
        'Seconds a pod is given to end, of the deletion that is under way. A later deletion can only shorten it.',
      labels:
        'Pairs of key and value by which objects are selected. Keys may have a domain (`example.com/role`); values have up to 63 characters. Can be changed at any time; controllers and Services follow at once.',
      annotations:
        'Pairs of key and value for programs and people; nothing selects by them. At most 256 KiB together. Opt-ins beyond Kubernetes stand here, as perdure.dev/...',
      ownerReferences:
        'Objects this one belongs to, in the same namespace or the cluster. When all of them are gone, it is deleted too. At most one may be its controller.',
      finalizers:
        'Who wants to tidy up before the object disappears. After a deletion it stays until the list is empty; each one removes its own entry when done. Removing an entry by hand skips its work. None can be added once deletion has begun.',
      managedFields:
        'Which writer owns which fields, for server-side apply. Kept by the server; `kubectl get --show-managed-fields` shows it.',
    },
    OwnerReference: {
      '': 'Points to an owner. It is only valid with the uid: an object of the same name made later is not the owner.',
      apiVersion: 'Group and version of the owner.',
      kind: 'Kind of the owner.',
      name: 'Name of the owner.',
      uid: 'metadata.uid of the owner. If there is no such object, the dependent is deleted.',
      controller: 'True on the one owner that manages the object. Other controllers keep off.',
      blockOwnerDeletion:
        'True: when the owner is deleted with propagation Foreground, it waits until this object is gone.',
    },
    ListMeta: {
      selfLink: 'Always empty.',
      resourceVersion: 'Revision of the store that the list shows. A watch that starts from it misses nothing.',
      continue:
        'Set when there is more: send it back as the parameter `continue` for the next page of the same snapshot. It expires after some minutes (410).',
      remainingItemCount: 'How many objects are left after this page, when that is known (not with selectors).',
      shardInfo: 'Which part of the objects the list covers, when a part was asked for.',
    },
    ShardInfo: { selector: 'The selector of the part, as it was asked for.' },
    LabelSelector: {
      '': 'Selects objects by labels. All requirements of both fields must hold. Empty (`{}`) selects everything, a selector that is left out selects nothing.',
      matchLabels: 'Labels the object must have, with exactly these values.',
      matchExpressions: 'Further requirements, with operators.',
    },
    LabelSelectorRequirement: {
      key: 'Key of the label.',
      operator:
        '`In`, `NotIn`: the value is (not) one of values. `Exists`, `DoesNotExist`: the label is there or not. NotIn holds as well where the label is missing.',
      values: 'Values for In and NotIn, at least one. Must be left out for the others.',
    },
    FieldSelectorRequirement: {
      key: 'The field.',
      operator: '`In`, `NotIn`, `Exists` or `DoesNotExist`.',
      values: 'Values for In and NotIn, at least one.',
    },
    Condition: {
      ...CONDITION,
      observedGeneration:
        'metadata.generation the condition speaks of. While it is lower than that of the object, the condition is about an earlier spec.',
    },
    ManagedFieldsEntry: {
      '': 'Fields that one writer owns.',
      manager: 'Name of the writer.',
      operation: '`Apply` for server-side apply, `Update` for every other write.',
      apiVersion: 'Version of the API in which the fields were written.',
      time: 'When the set of fields last changed.',
      fieldsType: 'Always `FieldsV1`.',
      fieldsV1:
        'The fields, as a tree: `f:NAME` is a field, `k:{...}` an element of a list by its keys, `v:...` an element of a set.',
      subresource: 'Through which subresource it was written (`status`, `scale`); empty for the object itself.',
    },
    DeleteOptions: {
      '': 'How to delete.',
      gracePeriodSeconds:
        'Seconds a pod may take to end; default its terminationGracePeriodSeconds. 0 removes the pod from the API at once, whether or not its processes have ended: with a StatefulSet that can leave two members of one name running. Other kinds ignore it.',
      preconditions: 'The deletion is refused (409) when these do not hold.',
      orphanDependents: 'Old form of propagationPolicy: true is Orphan, false is Background. Not both.',
      propagationPolicy:
        'What happens to what the object owns. `Background` (default of most kinds): the object goes at once, dependents after it. `Foreground`: dependents first. `Orphan`: dependents stay.',
      dryRun: DRY_RUN,
      ignoreStoreReadErrorWithClusterBreakingPotential:
        'Deletes an object even though it cannot be read from the store, skipping everything that depends on its content. Off by default.',
    },
    Preconditions: {
      uid: 'metadata.uid the object must have, so that a later object of the same name is spared.',
      resourceVersion: 'metadata.resourceVersion the object must have, so that it is deleted only unchanged.',
    },
    CreateOptions: { dryRun: DRY_RUN, fieldManager: FIELD_MANAGER, fieldValidation: FIELD_VALIDATION },
    UpdateOptions: { dryRun: DRY_RUN, fieldManager: FIELD_MANAGER, fieldValidation: FIELD_VALIDATION },
    PatchOptions: {
      dryRun: DRY_RUN,
      force: 'Server-side apply only: take fields that others own instead of failing with a conflict.',
      fieldManager: FIELD_MANAGER,
      fieldValidation: FIELD_VALIDATION,
    },
    GetOptions: { resourceVersion: 'Empty: the newest state. A number: a state at least as new.' },
    Status: {
      '': 'Answer of a request that does not answer with an object: a refusal, or the success of a deletion.',
      status: '`Success` or `Failure`.',
      message: 'What happened, for people.',
      reason: 'Why it failed, in one word: NotFound, AlreadyExists, Conflict, Invalid, Forbidden and so on.',
      details: 'Which object, and the single causes.',
      code: 'HTTP status code.',
    },
    StatusDetails: {
      name: 'Name of the object.',
      group: 'Its group.',
      kind: 'Its resource (`pods`), or its kind (`Pod`) when it was invalid.',
      uid: 'Its uid, where one is known.',
      causes: 'The single causes, one a field that is wrong.',
      retryAfterSeconds:
        'After how many seconds the request may be tried again; 0 when trying again is of no use by itself.',
    },
    StatusCause: {
      reason: 'Kind of the mistake: FieldValueRequired, FieldValueInvalid and so on.',
      message: 'What is wrong.',
      field: 'Path of the field, such as `spec.containers[0].image`.',
    },
    Time: { '': 'A moment in RFC 3339 with whole seconds, such as `2026-11-21T12:00:00Z`.' },
    MicroTime: { '': 'A moment in RFC 3339 with microseconds, such as `2026-11-21T12:00:00.000000Z`.' },
    FieldsV1: { '': 'A set of fields as a tree of `f:`, `k:` and `v:` keys.' },
  },
};
