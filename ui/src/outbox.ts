// The phone's outbox: commands in order, on disk before the screen says "saved", deleted only after the receipt.

export interface Saved {
  sequence: number;
  command: string;
  url: string;
  fields: [string, string][];
  says: string;
  saidAt: string;
  /** The photograph that goes with it, in the same request. */
  file?: File;
  /** Set when the server has answered no; kept until the person has seen it. */
  refusal?: string;
}
export interface Meta {
  device: string;
  sequence: number;
  /** The newest receipt. */
  last?: { says: string; at: string };
}

const STORE = "outbox";
const META = "meta";

function open(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const request = indexedDB.open("oneboard", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "sequence" });
      request.result.createObjectStore(META);
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new Error("the outbox cannot be opened"));
  });
}

/** One transaction over both stores. `strict`: complete means on disk, not only handed to the system. */
async function within<T>(mode: IDBTransactionMode, act: (outbox: IDBObjectStore, meta: IDBObjectStore) => IDBRequest<T> | undefined): Promise<T | undefined> {
  const db = await open();
  try {
    return await new Promise((done, fail) => {
      const transaction = db.transaction([STORE, META], mode, { durability: "strict" });
      const request = act(transaction.objectStore(STORE), transaction.objectStore(META));
      transaction.oncomplete = () => done(request?.result);
      transaction.onabort = transaction.onerror = () => fail(transaction.error ?? new Error("the outbox could not be written"));
    });
  } finally {
    db.close();
  }
}

export async function meta(): Promise<Meta> {
  const known = await within<Meta | undefined>("readonly", (_, store) => store.get("meta") as IDBRequest<Meta | undefined>);
  return known ?? { device: "", sequence: 0 };
}

export async function all(): Promise<Saved[]> {
  return (await within<Saved[]>("readonly", (store) => store.getAll() as IDBRequest<Saved[]>)) ?? [];
}

/** Takes the next sequence number and stores the command, both or neither. */
export async function save(entry: Omit<Saved, "sequence">): Promise<void> {
  await within("readwrite", (store, metaStore) => {
    const request = metaStore.get("meta") as IDBRequest<Meta | undefined>;
    request.onsuccess = () => {
      const known = request.result ?? { device: crypto.randomUUID(), sequence: 0 };
      known.sequence += 1;
      metaStore.put(known, "meta");
      store.add({ ...entry, sequence: known.sequence });
    };
    return undefined;
  });
}

/** The receipt is here: the command leaves the outbox and the receipt is remembered, both or neither. */
export async function receipt(entry: Saved, at: string): Promise<void> {
  await within("readwrite", (store, metaStore) => {
    const request = metaStore.get("meta") as IDBRequest<Meta>;
    request.onsuccess = () => {
      metaStore.put({ ...request.result, last: { says: entry.says, at } }, "meta");
      store.delete(entry.sequence);
    };
    return undefined;
  });
}

export async function refuse(entry: Saved, refusal: string): Promise<void> {
  await within("readwrite", (store) => store.put({ ...entry, refusal }));
}

export async function dismiss(sequence: number): Promise<void> {
  await within("readwrite", (store) => store.delete(sequence));
}
