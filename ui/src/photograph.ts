// A photograph made small enough for a bad line: what a form or the outbox sends is what a screen can show, not what a sensor saw.

// The longest edge that is kept, in pixels: a number plate across a road can still be read.
const EDGE = 2048;
const QUALITY = 0.85;
// Below this nothing is gained.
const SMALL_BYTES = 400_000;

/** The file itself where it is no picture, is small already, or cannot be read by this browser: the server judges it. */
export async function shrunk(file: File): Promise<File> {
  if (!/^image\/(jpeg|png)$/.test(file.type) || file.size < SMALL_BYTES) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}

/** The file that was chosen in a form, if one was. */
export function chosen(data: FormData): File | undefined {
  const file = data.get("file");
  return file instanceof File && file.size > 0 ? file : undefined;
}
