// Names that the pages and the service worker share.

/** Where My post lives; the only page that opens without signal. */
export const FIELD_PATH = "/mine";
export const FIELD_CACHE = "oneboard-field";
