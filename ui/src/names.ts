// Names that the pages and the service worker share.

/** Where My post lives; the only page that opens without signal. */
export const FIELD_PATH = "/mine";
/** Where the service worker is served. */
export const SERVICE_WORKER = "/sw.js";
/** What a notification opens. */
export const WAITING_PATH = "/needs-me";
export const FIELD_CACHE = "oneboard-field";
