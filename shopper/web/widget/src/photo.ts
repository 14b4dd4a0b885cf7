// Makes a shopper's photo small and private in the browser: at most 1024 px, JPEG, no EXIF.
// Knows nothing about the chat.

import type { PhotoUpload } from "./wire";

export const LONGEST_EDGE = 1024;
export const MOST_PHOTOS = 8;
const QUALITY = 0.85;

export interface Photo {
  upload: PhotoUpload;
  blob: Blob; // the same picture, for the preview
}

/** The size that fits the longest edge; a small photo isn't enlarged. */
export function fit(width: number, height: number, longest = LONGEST_EDGE): [number, number] {
  const scale = Math.min(1, longest / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** The picture files among what was chosen, dropped or pasted. */
export function pictures(files: Iterable<File> | null | undefined): File[] {
  return [...(files ?? [])].filter((file) => file.type.startsWith("image/"));
}

/** Redraws `file`, which leaves its EXIF data behind; rejects where the browser can't read a picture. */
export async function prepare(file: Blob): Promise<Photo> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const [width, height] = fit(bitmap.width, bitmap.height);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser gives no canvas to draw on.");
  context.fillStyle = "#fff"; // JPEG has no transparency; a cut-out belongs on white, not on black
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Error("The browser could not write a JPEG.");
  return { blob, upload: { media_type: blob.type, data: await base64(blob) } };
}

export async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = "";
  // In steps, because a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}
