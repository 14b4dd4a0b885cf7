// Reads server-sent events from a fetch body, however the bytes were cut.
// Knows nothing about what the events mean.

export interface ServerEvent {
  id: string; // the latest one given, "" before any
  data: string;
}

/** Each event in order; ends with the body. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder(); // drops a byte order mark, keeps characters cut in two
  let rest = "";
  let data: string[] = [];
  let id = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() + "\n\n" : decoder.decode(value, { stream: true });
      // A carriage return at the end of a chunk may be half of a line break, so it waits for the next one.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
        else if (line.startsWith("id:")) id = line.slice(3).trim();
        else if (line === "" && data.length) {
          yield { id, data: data.join("\n") };
          data = [];
        }
      }
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the connection may already be gone, which is what we want
  }
}
