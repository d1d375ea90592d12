/** The probes of one running container instance. */
export interface ContainerProbes {
  /** Deletion has begun: liveness and startup have nothing more to say, readiness goes on. */
  terminating(): void;
  /** The instance is over. */
  stop(): void;
}

/** What probes report; each call may change the pod's status at once. */
export interface ProbeListener {
  startedUp(): void;
  ready(value: boolean): void;
  /** Liveness or startup failed for good: the container is to be killed. */
  failed(kind: 'liveness' | 'startup', graceSeconds: number | undefined): void;
  /** A failed attempt, for the Unhealthy event. */
  unhealthy(kind: 'startup' | 'readiness' | 'liveness', message: string, errored: boolean): void;
}
