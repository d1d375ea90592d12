/** Why the node itself ends or refuses a pod. */
export interface PodVerdict {
  readonly reason: string;
  readonly message: string;
  readonly disruption?: { readonly reason: string; readonly message: string };
}
