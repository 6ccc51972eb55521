// Subsets the two faces that are embedded and deflates them. OUT: the folder to write to.
//
// The regular face keeps every character that it has, because a person's name may need any of them. The bold face keeps
// those of GB 2312; a rarer character in a heading is printed from the regular face. Neither keeps hints, which no printer needs.
import { readFileSync, writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

const OUT = process.env.OUT;
const FAMILY = 'node_modules/@expo-google-fonts/noto-serif-sc';
const FACES = [
  { name: 'regular', file: `${FAMILY}/400Regular/NotoSerifSC_400Regular.ttf`, keep: 'all' },
  { name: 'bold', file: `${FAMILY}/700Bold/NotoSerifSC_700Bold.ttf`, keep: 'gb2312' },
];

// From hb-subset.h and hb-blob.h.
const HB_MEMORY_MODE_WRITABLE = 2;
const HB_SUBSET_FLAGS_NO_HINTING = 1;

const wasm = readFileSync('node_modules/harfbuzzjs/dist/harfbuzz-subset.wasm');
const { instance } = await WebAssembly.instantiate(wasm, {});
const hb = instance.exports;

/** Characters of GB 2312 (rows 1 to 87 of the 94 by 94 table), and the Latin letters and punctuation beside them. */
function gb2312() {
  const decoder = new TextDecoder('gb18030');
  const kept = new Set();
  for (let row = 0xa1; row <= 0xf7; row++) {
    for (let cell = 0xa1; cell <= 0xfe; cell++) {
      for (const character of decoder.decode(new Uint8Array([row, cell]))) kept.add(character.codePointAt(0));
    }
  }
  for (const [from, to] of [[0x20, 0x24f], [0x2000, 0x22ff], [0x3000, 0x303f], [0xff00, 0xffef]]) {
    for (let code = from; code <= to; code++) kept.add(code);
  }
  return kept;
}

function subset({ file, keep }) {
  const font = readFileSync(file);
  const at = hb.malloc(font.length);
  new Uint8Array(hb.memory.buffer).set(font, at);
  const blob = hb.hb_blob_create(at, font.length, HB_MEMORY_MODE_WRITABLE, 0, 0);
  const face = hb.hb_face_create(blob, 0);
  hb.hb_blob_destroy(blob);
  const input = hb.hb_subset_input_create_or_fail();
  const characters = hb.hb_subset_input_unicode_set(input);
  if (keep === 'all') hb.hb_set_invert(characters);
  else for (const code of gb2312()) hb.hb_set_add(characters, code);
  hb.hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_NO_HINTING);
  const made = hb.hb_subset_or_fail(face, input);
  if (made === 0) throw new Error(`${file} cannot be subset`);
  const result = hb.hb_face_reference_blob(made);
  const length = hb.hb_blob_get_length(result);
  const data = hb.hb_blob_get_data(result, 0);
  const bytes = Buffer.from(new Uint8Array(hb.memory.buffer, data, length).slice());
  hb.hb_blob_destroy(result);
  hb.hb_face_destroy(made);
  hb.hb_subset_input_destroy(input);
  hb.hb_face_destroy(face);
  hb.free(at);
  return bytes;
}

for (const face of FACES) {
  const bytes = subset(face);
  writeFileSync(`${OUT}/${face.name}.ttf.deflate`, deflateRawSync(bytes, { level: 9 }));
  console.log(`${face.name}: ${bytes.length} bytes`);
}
