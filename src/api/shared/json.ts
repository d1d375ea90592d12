/** A piece of an object's body; decoding has checked its structure before it comes here. */
// biome-ignore lint/suspicious/noExplicitAny: bodies of arbitrary kinds
export type Json = any;
