/** How often the parts of a world say that they are alive, and how long they are believed. */
export interface SignsOfLife {
  /** Between two renewals of a node's lease. */
  readonly heartbeatMs: number;
  /** As `LeaderElectionOptions`: how long a lead lasts, how long one that cannot be renewed is kept, time between tries. */
  readonly leader: { readonly leaseMs: number; readonly renewDeadlineMs: number; readonly retryMs: number };
}

/** Upstream's durations, but seldomer renewals (10 s and 2 s there): most of the writes of an idle world would be leases. */
export const SIGNS_OF_LIFE: SignsOfLife = {
  heartbeatMs: 18_000,
  leader: { leaseMs: 15_000, renewDeadlineMs: 10_000, retryMs: 5_000 },
};

/** For worlds by the thousand: still two renewals of a node before it is given up, and leaders that are twice as patient. */
export const SELDOM_SIGNS_OF_LIFE: SignsOfLife = {
  heartbeatMs: 20_000,
  leader: { leaseMs: 30_000, renewDeadlineMs: 20_000, retryMs: 10_000 },
};
