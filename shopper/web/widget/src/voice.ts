// Turns speech into words where the browser can; many can't, and then nothing offers it.
// Knows nothing about what the words are for.

interface Heard {
  results: ArrayLike<ArrayLike<{ transcript: string }>>;
}

interface Recognition {
  lang: string;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}

export interface Listener {
  stop(): void;
}

interface Ear {
  heard(words: string): void;
  ended(failed: boolean): void;
}

function recognition(): (new () => Recognition) | undefined {
  const page = globalThis as { SpeechRecognition?: new () => Recognition; webkitSpeechRecognition?: new () => Recognition };
  return page.SpeechRecognition ?? page.webkitSpeechRecognition;
}

/** Listens for one utterance; `heard` gets all of its words again whenever more are understood. */
export function listen(locale: string, ear: Ear): Listener | null {
  const Recognition = recognition();
  if (!Recognition) return null;
  const at = new Recognition();
  let failed = false;
  at.lang = locale;
  at.interimResults = true;
  at.onresult = ({ results }) => ear.heard(Array.from(results, (result) => result[0]?.transcript ?? "").join(""));
  at.onerror = ({ error }) => (failed = error !== "aborted" && error !== "no-speech");
  at.onend = () => ear.ended(failed);
  at.start();
  return at;
}

export const canListen = (): boolean => recognition() !== undefined;
