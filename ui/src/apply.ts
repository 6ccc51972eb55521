// Applies a fragment without taking anything out of the reader's hands: no edited field, no scroll position, no open details, no moving rows.
import { Idiomorph } from "idiomorph";
import { edited, watchTouch } from "./touched.js";
import { word } from "./words.js";

// How near to its end a list counts as being at the end.
const END_PX = 8;

const held = new Map<string, string>();

const editing = (root: Element): boolean => [...root.querySelectorAll("input,textarea,select")].some(edited);

const atEnd = (list: Element): boolean =>
  list.hasAttribute("data-tail") ? list.scrollHeight - list.clientHeight - list.scrollTop <= END_PX : list.scrollTop <= END_PX;

function atRest(list: Element): boolean {
  // Nobody reads back on a wall: it always shows the newest.
  if (document.body.classList.contains("wall")) return true;
  const hovered = matchMedia("(hover: hover)").matches && list.matches(":hover");
  return !hovered && !list.contains(document.activeElement) && atEnd(list);
}

/** Keeps the live rows of a list that is being read, each with its new content; returns how many rows wait. */
function keepRows(live: Element, next: Element): number {
  const fresh = new Map([...next.children].map((row) => [row.id, row]));
  const present = new Set([...live.children].map((row) => row.id));
  const waiting = [...fresh.keys()].filter((id) => id && !present.has(id)).length;
  if (waiting) next.replaceChildren(...[...live.children].map((row) => fresh.get(row.id) ?? row.cloneNode(true)));
  return waiting;
}

function announce(list: Element, waiting: number, id: string): void {
  const existing = list.nextElementSibling?.classList.contains("news") ? (list.nextElementSibling as HTMLButtonElement) : undefined;
  if (!waiting) return existing?.remove();
  const button = existing ?? document.createElement("button");
  button.type = "button";
  button.className = "news";
  button.textContent = word("new", { n: waiting });
  button.onclick = () => {
    button.remove();
    settle(id, true);
    list.scrollTop = list.hasAttribute("data-tail") ? list.scrollHeight : 0;
  };
  if (!existing) list.after(button);
}

const listsIn = (root: Element): Element[] => [...(root.matches("[data-announce]") ? [root] : []), ...root.querySelectorAll("[data-announce]")];

export function apply(id: string, html: string, asked = false): void {
  const live = document.getElementById(id);
  const template = document.createElement("template");
  template.innerHTML = html;
  const next = template.content.firstElementChild;
  if (!live || !next) return;

  held.delete(id);
  const news: [string, number][] = [];
  for (const list of listsIn(live)) {
    const nextList = next.id === list.id ? next : next.querySelector(`#${CSS.escape(list.id)}`);
    if (!list.id || !nextList) continue;
    const waiting = asked || atRest(list) ? 0 : keepRows(list, nextList);
    news.push([list.id, waiting]);
    if (waiting) held.set(id, html);
  }
  const tails = [live, ...live.querySelectorAll("[data-tail]")].filter((e) => e.hasAttribute("data-tail") && atEnd(e)).map((e) => e.id);
  const scrolls = [live, ...live.querySelectorAll("*")].filter((e) => e.scrollTop || e.scrollLeft).map((e) => [e, e.scrollTop, e.scrollLeft] as const);
  const [x, y] = [scrollX, scrollY];

  Idiomorph.morph(live, next, {
    morphStyle: "outerHTML",
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: {
      beforeNodeMorphed: (old: Node, fresh: Node) => {
        if (edited(old)) return false;
        if (old instanceof HTMLDialogElement && old.open) return false;
        if (old instanceof Element && old.hasAttribute("data-keep")) return false;
        if (old instanceof HTMLDetailsElement && fresh instanceof HTMLDetailsElement) fresh.open = old.open;
        return true;
      },
      beforeNodeRemoved: (old: Node) => {
        if (!(old instanceof Element) || !(edited(old) || editing(old))) return true;
        // It goes when the field is left.
        held.set(id, html);
        return false;
      },
    },
  });

  const now = document.getElementById(id);
  if (scrollX !== x || scrollY !== y) scrollTo({ left: x, top: y, behavior: "instant" });
  for (const [element, top, left] of scrolls) {
    if (element.scrollTop !== top) element.scrollTop = top;
    if (element.scrollLeft !== left) element.scrollLeft = left;
  }
  for (const tail of tails) document.getElementById(tail)?.scrollTo({ top: 1e9 });
  for (const [list, waiting] of news) {
    const element = document.getElementById(list);
    if (element) announce(element, waiting, id);
  }
  now?.removeAttribute("data-gone");
}

/** Applies what was held back, if the reason is over (or if asked for). */
function settle(id: string, asked = false): void {
  const html = held.get(id);
  if (html !== undefined) apply(id, html, asked);
}

export function gone(id: string): void {
  const element = document.getElementById(id);
  element?.replaceChildren();
  element?.setAttribute("data-gone", "");
}

export function watchHands(): void {
  watchTouch();
  // When the hand is lifted (focus, pointer or scroll has left), what was held back comes in.
  const lifted = () => queueMicrotask(() => [...held.keys()].forEach((id) => settle(id)));
  for (const name of ["focusout", "pointerout", "scrollend"]) addEventListener(name, lifted, { capture: true, passive: true });
  // A list at its newest end stays there when the window or the type changes size.
  const ends = new WeakSet<Element>();
  const toEnd = (list: Element) => (list.scrollTop = list.scrollHeight);
  const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => ends.has(target) && toEnd(target)));
  for (const list of document.querySelectorAll("[data-tail]")) {
    ends.add(list);
    toEnd(list);
    sizes.observe(list);
    list.addEventListener("scroll", () => (atEnd(list) ? ends.add(list) : ends.delete(list)), { passive: true });
  }
}
