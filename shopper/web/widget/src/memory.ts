// Remembers which thread this browser talks in, so that a reload finds the conversation.
// Knows nothing about what was said; that stays on the server.

export class Memory {
  private readonly id: string;
  private held: string | null = null;

  constructor(api: string, key: string | null) {
    this.id = `shopper:thread:${api}:${key ?? ""}`;
  }

  get thread(): string | null {
    try {
      return localStorage.getItem(this.id) ?? this.held;
    } catch {
      return this.held; // storage is denied here: the conversation lasts as long as the page
    }
  }

  set thread(thread: string | null) {
    this.held = thread;
    try {
      if (thread) localStorage.setItem(this.id, thread);
      else localStorage.removeItem(this.id);
    } catch {
      // Denied or full: `held` keeps it for this page.
    }
  }
}
