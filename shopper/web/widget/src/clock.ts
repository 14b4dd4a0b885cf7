// Counts down to a moment on a page that shows it, and says how long is left.
// Knows nothing about what ends then.

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Draws its host again each second while `running()` is true. */
export class Clock implements ReactiveController {
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly running: () => boolean,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    if (!this.running()) this.hostDisconnected();
    else this.timer ??= setInterval(() => this.host.requestUpdate(), 1000);
  }

  hostDisconnected(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }
}

/** Whole seconds until `moment`, never below zero; Infinity where there is no moment. */
export function secondsTo(moment: string | null, now = Date.now()): number {
  return moment ? Math.max(0, Math.ceil((Date.parse(moment) - now) / 1000)) : Infinity;
}

/** "1:05:09" or "14:32". */
export function span(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
