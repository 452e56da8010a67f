/** Minutes since midnight of "22:30"; NaN if it is no such time. */
function minutesOf(time: string): number {
  const [, hours = NaN, minutes = NaN] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
  return +hours * 60 + +minutes;
}

/** Whether a moment is in the quiet hours, which may span midnight; empty ones are none. */
export function isQuiet(from: string, to: string, now: Date): boolean {
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (isNaN(start + end)) return false;
  const minute = now.getHours() * 60 + now.getMinutes();
  return start <= end ? start <= minute && minute < end : start <= minute || minute < end;
}
