// The script's own words, in the page's language: `<div id="words" hidden data-gone="…">`; English where the page gives none.

const ENGLISH = {
  live: "Live",
  gone: "No connection since {at}. What you see is from then.",
  back: "Connected again. This is the current view.",
  new: "{n} new",
  stale: "since {at}",
  sending: "Sending…",
  failed: "Not sent: the server does not answer. Press again; it will not be recorded twice.",
  ended: "You have been signed out.",
  saved: "Saved on this phone",
  received: "received {at}",
  unsent: "{n} not yet received",
  photograph: "with its photograph",
  conflict: "Not accepted: {why}",
  signin: "Sign in again to send what is saved here.",
  dismiss: "Seen",
};

export function word(key: keyof typeof ENGLISH, values: Record<string, string | number> = {}): string {
  const text = document.getElementById("words")?.dataset[key] ?? ENGLISH[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The time of day on this machine, for when the server's clock is not known. */
export function here(): string {
  return new Date().toTimeString().slice(0, 5);
}
