// The keyboard: `/` find, `?` help, `g x` go, `[data-key]`, arrows in `[data-grid]`.

// `g` waits this long for its second letter.
const GO_MS = 1500;
let going = 0;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea,select,input:not([type=checkbox],[type=radio],[type=button],[type=submit])"));

/** Single keys can be turned off (WCAG 2.1.4) with `[data-keys-off]`, remembered on this machine. */
const off = (): boolean => localStorage.getItem("keys") === "off";

function press(element: Element | null | undefined): boolean {
  if (!(element instanceof HTMLElement) || !element.getClientRects().length) return false;
  if (element.matches("input,textarea,select")) {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
  } else {
    element.focus();
    element.click();
  }
  return true;
}

function openDialog(id: string): boolean {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
  dialog.showModal();
  return true;
}

function shortcut(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return false;
  const key = event.key;
  if (going && Date.now() - going < GO_MS) {
    going = 0;
    return press(document.querySelector(`[data-go="${CSS.escape(key)}"]`));
  }
  if (key === "g") {
    going = Date.now();
    return true;
  }
  if (key === "/") return press(document.querySelector("input[type=search]"));
  if (key === "?") return openDialog("help");
  return key.length === 1 && press(document.querySelector(`[data-key="${CSS.escape(key)}"]`));
}

const STEPS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function arrow(event: KeyboardEvent): boolean {
  const cell = (event.target as Element).closest?.<HTMLTableCellElement>("[data-grid] :is(td,th)");
  const table = cell?.closest("table");
  if (!cell || !table) return false;
  const line = cell.closest("tr");
  const row = line?.rowIndex ?? 0;
  const step = STEPS[event.key];
  let target: HTMLTableCellElement | null | undefined;
  if (step) target = table.rows[row + step[0]]?.cells[cell.cellIndex + step[1]];
  else if (event.key === "Home") target = line?.cells[0];
  else if (event.key === "End") target = line?.cells[line.cells.length - 1];
  if (!target) return false;
  const inner = target.querySelector<HTMLElement>("a,button,input,select");
  if (!inner) target.tabIndex = -1;
  (inner ?? target).focus();
  return true;
}

export function watchKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (typing(event.target)) {
      if (event.key === "Escape") (event.target as HTMLElement).blur();
      return;
    }
    if (arrow(event) || (!off() && shortcut(event))) event.preventDefault();
  });
  addEventListener("click", (event) => {
    const opener = (event.target as Element).closest?.<HTMLElement>("[data-open]");
    if (opener?.dataset["open"] && openDialog(opener.dataset["open"])) event.preventDefault();
  });
  const toggle = document.querySelector<HTMLInputElement>("[data-keys-off]");
  if (toggle) {
    toggle.checked = off();
    toggle.onchange = () => localStorage.setItem("keys", toggle.checked ? "off" : "on");
  }
}
