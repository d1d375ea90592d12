import type { Texts } from './texts.ts';

const NOT_ALLOCATED = 'Perdure stores and validates this kind; its scheduler allocates no devices.';
const SELECTORS = 'What devices must be like; all must hold.';
const MODE = '`ExactCount` (default), or `All` that fit.';
const COUNT = 'How many, with ExactCount; default 1.';
const TOLERATIONS = 'Taints of devices that are put up with.';
const CAPACITY = 'How much of a device that can be shared.';
const CLASS = 'DeviceClass of the devices.';
const REQUESTS = 'Requests it is for. Empty: all.';
const OPAQUE = 'Parameters for the driver.';
const NODES = {
  nodeName: 'On one node.',
  nodeSelector: 'On nodes with these labels.',
  allNodes: 'True: on all nodes.',
};

export const RESOURCE: Texts = {
  prefix: 'io.k8s.api.resource.v1',
  texts: {
    DeviceClass: { '': `A kind of devices that claims can ask for. ${NOT_ALLOCATED}`, spec: 'Which devices.' },
    DeviceClassSpec: {
      selectors: SELECTORS,
      config: 'Configuration for all its devices.',
      extendedResourceName: 'Name under which pods can ask for it in resources.requests.',
    },
    DeviceSelector: { cel: 'A condition in CEL.' },
    CELDeviceSelector: { expression: 'CEL expression over `device`.' },
    DeviceClassConfiguration: { opaque: OPAQUE },
    OpaqueDeviceConfiguration: { driver: 'Name of the driver.', parameters: 'The parameters.' },
    ResourceClaim: {
      '': `Asks for devices, for pods to use. ${NOT_ALLOCATED}`,
      spec: 'Which. Cannot be changed.',
      status: 'What it got.',
    },
    ResourceClaimSpec: { devices: 'The devices.' },
    ResourceClaimTemplate: {
      '': `What claims of pods are made of, one a pod. ${NOT_ALLOCATED}`,
      spec: 'Cannot be changed.',
    },
    ResourceClaimTemplateSpec: {
      metadata: 'Labels and annotations of the claims.',
      spec: 'Specification of the claims.',
    },
    DeviceClaim: {
      requests: 'What is asked for; all of it is needed.',
      constraints: 'What must hold among the devices.',
      config: 'Configuration for the devices.',
    },
    DeviceRequest: {
      name: 'Name of the request.',
      exactly: 'One kind of devices. Either this or firstAvailable.',
      firstAvailable: 'Several possibilities; the first that can be had.',
    },
    ExactDeviceRequest: {
      deviceClassName: CLASS,
      selectors: SELECTORS,
      allocationMode: MODE,
      count: COUNT,
      adminAccess: 'True: to look at devices that others use. Default false.',
      tolerations: TOLERATIONS,
      capacity: CAPACITY,
    },
    DeviceSubRequest: {
      name: 'Name of the possibility.',
      deviceClassName: CLASS,
      selectors: SELECTORS,
      allocationMode: MODE,
      count: COUNT,
      tolerations: TOLERATIONS,
      capacity: CAPACITY,
    },
    DeviceConstraint: {
      requests: REQUESTS,
      matchAttribute: 'Attribute that must be the same for all.',
      distinctAttribute: 'Attribute that must differ.',
    },
    DeviceClaimConfiguration: { requests: REQUESTS, opaque: OPAQUE },
    DeviceToleration: {
      key: 'Key of the taint. Empty with Exists: any.',
      operator: '`Equal` (default) or `Exists`.',
      value: 'Value of the taint; only with Equal.',
      effect: '`NoSchedule` or `NoExecute`. Empty: any.',
      tolerationSeconds: 'For how long, with NoExecute. Default: for good.',
    },
    CapacityRequirements: { requests: 'How much, by name of the capacity.' },
    ResourceClaimStatus: {
      allocation: 'What was allocated.',
      reservedFor: 'Who uses it, 256 at most.',
      devices: 'What drivers report of the devices.',
    },
    AllocationResult: {
      devices: 'The devices.',
      nodeSelector: 'Where they can be used. Empty: everywhere.',
      allocationTimestamp: 'When it was allocated.',
    },
    DeviceAllocationResult: { results: 'The devices, by request.', config: 'Their configuration.' },
    DeviceRequestAllocationResult: {
      request: 'The request.',
      driver: 'Its driver.',
      pool: 'Its pool.',
      device: 'The device.',
      adminAccess: 'Whether it is only looked at.',
      tolerations: TOLERATIONS,
      bindingConditions: 'Conditions that must be True before a pod is bound.',
      bindingFailureConditions: 'Conditions of which none may be True.',
      shareID: 'Id of the share of a device that is shared.',
      consumedCapacity: 'How much of it is used.',
    },
    DeviceAllocationConfiguration: {
      source: '`FromClass` or `FromClaim`.',
      requests: REQUESTS,
      opaque: OPAQUE,
    },
    ResourceClaimConsumerReference: {
      apiGroup: 'Its group; empty for the core group.',
      resource: 'Its resource, such as `pods`.',
      name: 'Its name.',
      uid: 'Its uid.',
    },
    AllocatedDeviceStatus: {
      driver: 'Its driver.',
      pool: 'Its pool.',
      device: 'The device.',
      shareID: 'Id of the share of a device that is shared.',
      conditions: 'Conditions of the device.',
      data: 'What the driver has to say.',
      networkData: 'Of a network device.',
    },
    NetworkDeviceData: {
      interfaceName: 'Name of the interface in the pod.',
      ips: 'Its addresses.',
      hardwareAddress: 'Its hardware address.',
    },
    ResourceSlice: { '': `Devices of a driver, or a part of them. ${NOT_ALLOCATED}`, spec: 'The devices.' },
    ResourceSliceSpec: {
      driver: 'The driver. Cannot be changed.',
      pool: 'The pool they belong to.',
      ...NODES,
      devices: 'The devices.',
      perDeviceNodeSelection: 'True: every device says itself where it is.',
      sharedCounters: 'Amounts that devices share.',
    },
    ResourcePool: {
      name: 'Name of the pool.',
      generation: 'Grows with every change; only slices of the highest count.',
      resourceSliceCount: 'How many slices it has in all.',
    },
    CounterSet: { name: 'Name of the set.', counters: 'The amounts by name.' },
    Counter: { value: 'The amount.' },
    Device: {
      ...NODES,
      name: 'Name of the device within the pool.',
      attributes: 'What selectors can ask about.',
      capacity: 'What it has, by name.',
      consumesCounters: 'What it takes of sharedCounters.',
      taints: 'What keeps claims away.',
      bindsToNode: 'True: once allocated it is tied to the node.',
      bindingConditions: 'Conditions that must be True before a pod is bound.',
      bindingFailureConditions: 'Conditions of which none may be True.',
      allowMultipleAllocations: 'True: several claims can have it. Default false.',
      nodeAllocatableResourceMappings: 'What it takes of the resources of the node.',
    },
    NodeAllocatableResourceMapping: {
      capacityKey: 'Capacity of the device that is counted. Default: the device itself.',
      allocationMultiplier: 'How much one of it takes.',
    },
    DeviceAttribute: {
      int: 'A number.',
      bool: 'True or false.',
      string: 'Text.',
      version: 'A semantic version.',
      ints: 'Numbers.',
      bools: 'Truth values.',
      strings: 'Texts.',
      versions: 'Semantic versions.',
    },
    DeviceCapacity: { value: 'How much there is.', requestPolicy: 'How much can be asked for at once.' },
    CapacityRequestPolicy: {
      default: 'How much is given when nothing is said.',
      validValues: 'Amounts that can be asked for.',
      validRange: 'Or a range.',
    },
    CapacityRequestPolicyRange: { min: 'The least.', max: 'The most.', step: 'In steps of.' },
    DeviceCounterConsumption: { counterSet: 'The set.', counters: 'How much of which counter.' },
    DeviceTaint: {
      key: 'Key of the taint.',
      value: 'Its value.',
      effect: '`None`, `NoSchedule` or `NoExecute`.',
      timeAdded: 'When it appeared.',
    },
  },
};
