import { drawQr } from '../../shared/qr';

interface QrProps {
  readonly text: string;
  /** What is said instead of it. */
  readonly label: string;
}

/** A QR code, dark on white whatever the look: some readers know no other. In a chunk of its own: `lazy(() => import('../ui/qr'))`. */
export default function Qr({ text, label }: QrProps) {
  const { whole, squares } = drawQr(text);
  return (
    <svg className="qr" viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label={label}>
      <path fill="#fff" d={`M0 0h${whole}v${whole}h-${whole}z`} />
      <path fill="#000" shapeRendering="crispEdges" d={squares} />
    </svg>
  );
}
