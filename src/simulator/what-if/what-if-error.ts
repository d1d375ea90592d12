/** Something the user has to mend: the message says what, where, and what to do. */
export class WhatIfError extends Error {}
