// Passkeys: asks the browser for one and puts its answer into the form, which is then sent like any other.
//
//     <form method="post" action="…" data-passkey="get|create" data-begin="…">
//       <input type="hidden" data-ceremony> <input type="hidden" data-credential>
//       <p class="fault" data-fault data-cancelled="…" data-lost="…" hidden></p> <button type="button" data-ask hidden>…</button>
//
// The question comes from `data-begin`: {ceremony, options}, binary values in base64url (W3C Web Authentication, level 3, section 5.1).

const PATIENCE_MS = 15_000;

interface Question {
  ceremony: string;
  options: { publicKey: Record<string, unknown> };
}

function bytes(text: unknown): ArrayBuffer {
  const plain = atob(String(text).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer | null | undefined): string | undefined {
  if (!buffer) return undefined;
  const plain = [...new Uint8Array(buffer)].map((byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const described = (list: unknown): unknown =>
  Array.isArray(list) ? list.map((one: Record<string, unknown>) => ({ ...one, id: bytes(one["id"]) })) : undefined;

async function ask(kind: string, asked: Record<string, unknown>): Promise<PublicKeyCredential> {
  const publicKey: Record<string, unknown> = { ...asked, challenge: bytes(asked["challenge"]) };
  for (const list of ["allowCredentials", "excludeCredentials"]) if (asked[list]) publicKey[list] = described(asked[list]);
  if (kind === "create") {
    const user = asked["user"] as Record<string, unknown>;
    publicKey["user"] = { ...user, id: bytes(user["id"]) };
    return (await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions })) as PublicKeyCredential;
  }
  return (await navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions })) as PublicKeyCredential;
}

function answered(given: PublicKeyCredential): string {
  const response = given.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  return JSON.stringify({
    id: given.id,
    rawId: text(given.rawId),
    type: given.type,
    extensions: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle) ?? null,
    },
  });
}

async function question(address: string): Promise<Question | string> {
  const response = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) });
  const json = (await response.json()) as Question & { detail?: string; type?: string };
  if (response.ok) return json;
  return json.detail ?? String(response.status);
}

async function run(form: HTMLFormElement): Promise<void> {
  const fault = form.querySelector<HTMLElement>("[data-fault]");
  const say = (words: string): void => {
    if (!fault) return;
    fault.textContent = words;
    fault.hidden = !words;
  };
  say("");
  let asked: Question | string;
  try {
    asked = await question(form.dataset["begin"] ?? "");
  } catch {
    return say(fault?.dataset["lost"] ?? "");
  }
  if (typeof asked === "string") return say(asked);
  let given: PublicKeyCredential | undefined;
  try {
    given = await ask(form.dataset["passkey"] ?? "", asked.options.publicKey);
  } catch {
    // Cancelled, timed out, or none on this device: browsers do not say which, so that a page cannot tell.
  }
  if (!given) return say(fault?.dataset["cancelled"] ?? "");
  const set = (mark: string, value: string): void => {
    const input = form.querySelector<HTMLInputElement>(`[${mark}]`);
    if (input) input.value = value;
  };
  set("data-ceremony", asked.ceremony);
  set("data-credential", answered(given));
  form.submit();
}

// Where the browser has no passkeys, or the page no secure context, the buttons stay hidden and the other ways are there.
if ("PublicKeyCredential" in window && "credentials" in navigator)
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    const button = form.querySelector<HTMLButtonElement>("[data-ask]");
    if (!button) continue;
    button.hidden = false;
    const start = (): void => {
      if (!form.reportValidity() || button.disabled) return;
      button.disabled = true;
      void run(form).finally(() => (button.disabled = false));
    };
    button.addEventListener("click", start);
    // Enter in the field of the name asks too, instead of sending a form without an answer.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      start();
    });
  }
