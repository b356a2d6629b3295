import { create } from 'qrcode';

/** Readers want a quiet zone of so many modules around it. */
const QUIET = 4;

/** A QR code as a drawing: the modules of its side, the quiet zone with them, and the path of those that are dark. */
export function drawQr(text: string): { readonly whole: number; readonly squares: string } {
  const { size, data } = create(text, { errorCorrectionLevel: 'M' }).modules;
  const squares = Array.from(data, (isDark, index) =>
    isDark ? `M${(index % size) + QUIET} ${Math.floor(index / size) + QUIET}h1v1h-1z` : '',
  );
  return { whole: size + 2 * QUIET, squares: squares.join('') };
}
