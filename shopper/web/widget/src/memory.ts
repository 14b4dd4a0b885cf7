// Remembers which thread this browser talks in and which turn is running, so that a reload finds them.
// Knows nothing about what the assistant said; that stays on the server.

/** A turn that was running when the page went away; `said` names it until the server has kept it. */
export interface Running {
  id: string;
  message: string;
  said: string;
}

const MOST_RUNS = 20; // turns of which the cards beside the products are found again

export class Memory {
  private readonly id: string;
  private readonly held = new Map<string, string>();

  constructor(api: string, key: string | null) {
    this.id = `${api}:${key ?? ""}`;
  }

  get thread(): string | null {
    return this.read("thread");
  }

  set thread(thread: string | null) {
    if (thread !== this.thread) this.write("runs", null);
    this.write("thread", thread);
  }

  /** Kept for this tab alone: another one didn't ask. */
  get running(): Running | null {
    return parsed(this.read("running", "sessionStorage")) as Running | null;
  }

  set running(running: Running | null) {
    this.write("running", running && JSON.stringify(running), "sessionStorage");
  }

  /** The run that gave a message more than words and products. */
  run(message: string): string | null {
    const runs = parsed(this.read("runs")) as Record<string, string> | null;
    return runs?.[message] ?? null;
  }

  keepRun(message: string, run: string): void {
    const runs = Object.entries((parsed(this.read("runs")) ?? {}) as Record<string, string>);
    this.write("runs", JSON.stringify(Object.fromEntries([...runs, [message, run]].slice(-MOST_RUNS))));
  }

  private read(name: string, storage: "localStorage" | "sessionStorage" = "localStorage"): string | null {
    try {
      return window[storage].getItem(`shopper:${name}:${this.id}`) ?? this.held.get(name) ?? null;
    } catch {
      return this.held.get(name) ?? null; // storage is denied here: it lasts as long as the page
    }
  }

  private write(name: string, value: string | null, storage: "localStorage" | "sessionStorage" = "localStorage"): void {
    if (value) this.held.set(name, value);
    else this.held.delete(name);
    try {
      if (value) window[storage].setItem(`shopper:${name}:${this.id}`, value);
      else window[storage].removeItem(`shopper:${name}:${this.id}`);
    } catch {
      // Denied or full: `held` keeps it for this page.
    }
  }
}

function parsed(text: string | null): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null; // somebody else's value under our name
  }
}
