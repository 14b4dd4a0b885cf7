// Cuts streamed text into finished sentences, for a screen reader that shouldn't hear fragments.
// Knows nothing about the screen.

const END = /[.!?…。！？؟]["'”’»)\]]*\s+|\n+/u;

export class Sentences {
  private rest = "";

  /** What `delta` finished; an end of sentence counts once the next word begins. */
  add(delta: string): string[] {
    this.rest += delta;
    const done: string[] = [];
    for (let end = END.exec(this.rest); end; end = END.exec(this.rest)) {
      const sentence = this.rest.slice(0, end.index + end[0].length).trim();
      this.rest = this.rest.slice(end.index + end[0].length);
      if (sentence) done.push(sentence);
    }
    return done;
  }

  /** What is left when the text ends. */
  end(): string[] {
    const last = this.rest.trim();
    this.rest = "";
    return last ? [last] : [];
  }
}
