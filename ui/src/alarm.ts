// The sound of alarms that nobody has taken: it begins with the first, stops with the last, and says so where the browser forbids it.
//
// Strips carry `data-unowned` (how many) and `data-gravest`. A browser lets a page sound only after a hand has touched it; until then the button
// `[data-sound]` is shown. Nothing else turns the sound off: an alarm is silenced by taking it.

/** Every so often while something is unowned, in milliseconds. */
const EVERY: Record<string, number> = { emergency: 1500, urgent: 4000, ordinary: 10_000 };
/** Two tones, in hertz: a falling pair is told from every telephone in the room. */
const TONES: Record<string, readonly [number, number]> = { emergency: [1046, 784], urgent: [784, 659], ordinary: [659, 659] };
const TONE_S = 0.18;
const VOLUME = 0.25;
const GRAVEST = ["emergency", "urgent", "ordinary"];

/** The gravest priority among what nobody has taken; nothing where all is owned. */
export function gravest(strips: Iterable<{ unowned: number; gravest: string }>): string | undefined {
  let found: string | undefined;
  for (const strip of strips) {
    if (strip.unowned > 0 && (found === undefined || GRAVEST.indexOf(strip.gravest) < GRAVEST.indexOf(found))) found = strip.gravest;
  }
  return found;
}

export function watchAlarms(): void {
  const aside = document.querySelector<HTMLElement>("[data-alarms]");
  if (!aside || typeof AudioContext !== "function") return;
  const button = aside.querySelector<HTMLButtonElement>("[data-sound]");
  const context = new AudioContext();
  let timer: ReturnType<typeof setInterval> | undefined;
  let sounding: string | undefined;

  const tone = (hertz: number, after: number) => {
    const [oscillator, gain] = [context.createOscillator(), context.createGain()];
    oscillator.frequency.value = hertz;
    gain.gain.value = VOLUME;
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(context.currentTime + after);
    oscillator.stop(context.currentTime + after + TONE_S);
  };
  const sound = (priority: string) => {
    if (context.state !== "running") return;
    (TONES[priority] ?? []).forEach((hertz, number) => tone(hertz, number * TONE_S));
  };
  const look = () => {
    const strips = [...aside.querySelectorAll<HTMLElement>("[data-unowned]")];
    const now = gravest(strips.map((strip) => ({ unowned: Number(strip.dataset["unowned"]), gravest: strip.dataset["gravest"] ?? "ordinary" })));
    aside.dataset["sounding"] = now === undefined ? "no" : context.state === "running" ? "yes" : "silent";
    if (button) button.hidden = context.state === "running";
    if (now === sounding) return;
    clearInterval(timer);
    sounding = now;
    if (now === undefined) return;
    sound(now);
    timer = setInterval(() => sound(now), EVERY[now] ?? 10_000);
  };
  const allow = () => {
    void context.resume().then(() => {
      // What was waiting for the hand sounds now.
      sounding = undefined;
      look();
    });
  };
  button?.addEventListener("click", allow);
  context.addEventListener("statechange", look);
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => context.state === "suspended" && allow(), { passive: true });
  new MutationObserver(look).observe(aside, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-unowned", "data-gravest"] });
  look();
}
