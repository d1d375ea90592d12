/** Set by the build from package.json. */
declare const PERDURE_VERSION: string;
