/**
 * Days and times of day as people read them.
 *
 * @module
 */

/** The time of day, as `12:01`, where the person is. */
export function clock(time: number): string {
  const date = new Date(time);
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
// deno-fmt-ignore
const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
];

/**
 * The day in words, in the language of all that is said here; the runtime's own names of days would cost 2 MB.
 *
 * @example
 * ```ts
 * import { dayInWords } from "./clock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dayInWords(new Date(2026, 0, 31, 12).getTime()), "Saturday, 31 January 2026");
 * ```
 */
export function dayInWords(time: number): string {
  const date = new Date(time);
  return `${WEEKDAYS[date.getDay()]}, ${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}

/** The day and the time, as `2026-01-31 12:01`. */
export function dayAndClock(time: number): string {
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(time)}`;
}
