/** A duration as a person says it: `2 min 24 s`, `17 ms`. Two units are enough. */
export function describeDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  let rest = Math.round(ms / 1000);
  const said: string[] = [];
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) said.push(`${count} ${unit}`);
  }
  return said.slice(0, 2).join(' ');
}
