import { create } from 'qrcode';

/** Readers want a quiet zone of so many modules around it. */
const QUIET = 4;

/** A QR code as one SVG path of unit squares, in a square whose side is `whole`. */
export function drawQr(text: string): { readonly path: string; readonly whole: number } {
  const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules;
  const squares = Array.from(data, (isDark, index) =>
    isDark ? `M${(index % size) + QUIET} ${Math.floor(index / size) + QUIET}h1v1h-1z` : '',
  );
  return { path: squares.join(''), whole: size + 2 * QUIET };
}
