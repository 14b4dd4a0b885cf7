import { expect, test } from "vitest";
import { events } from "../src/sse";

async function read(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
  const all: string[] = [];
  for await (const { data } of events(body)) all.push(data);
  return all;
}

test("events cut anywhere arrive whole and in order", async () => {
  expect(await read("da", "ta: {\"a\"", ":1}\n", "\nda", "ta: [DONE]\n\n")).toEqual(['{"a":1}', "[DONE]"]);
});

test("a character cut in two stays one character", async () => {
  const bytes = new TextEncoder().encode("data: €\n\n");
  expect(await read(bytes.slice(0, 7), bytes.slice(7))).toEqual(["€"]);
});

test("a carriage return and line feed cut apart are one line break", async () => {
  expect(await read("data: one\r", "\ndata: two\r\n", "\r", "\n")).toEqual(["one\ntwo"]);
});

test("comments, names and ids are no data", async () => {
  expect(await read(": keep-alive\n\nevent: x\nid: 4\ndata:tight\n\n")).toEqual(["tight"]);
});

test("an event without its last empty line still counts", async () => {
  expect(await read("data: last")).toEqual(["last"]);
});

test("each event carries the latest id, to go on from", async () => {
  const body = new Response("id: 4\ndata: a\n\ndata: b\n\nid: 6\ndata: c\n\n").body!;
  const ids: string[] = [];
  for await (const { id } of events(body)) ids.push(id);
  expect(ids).toEqual(["4", "4", "6"]);
});
