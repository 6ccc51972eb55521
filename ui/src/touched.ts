// Fields somebody has typed in and not sent yet; they are never morphed.

const touched = new WeakSet<Element>();

export const isField = (node: unknown): node is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement =>
  node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement;

/** A field somebody is in, or has typed in and not sent; and the id of a command whose fate is not known yet. */
export const edited = (node: unknown): boolean =>
  isField(node) && (node.type === "hidden" ? node.name === "command_id" && node.value !== "" : node === document.activeElement || touched.has(node));

/** After a form was received or reset its fields may be morphed again. */
export function release(form: HTMLFormElement): void {
  for (const field of form.elements) touched.delete(field);
}

export function watchTouch(): void {
  addEventListener("input", ({ target }) => isField(target) && touched.add(target), true);
  addEventListener("reset", ({ target }) => target instanceof HTMLFormElement && release(target), true);
}
