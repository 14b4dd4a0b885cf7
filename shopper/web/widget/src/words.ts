// Which words the chat has, and how a language's are fetched: one file each, only the shopper's own.
// Knows nothing about what the assistant or the shop say.

import type { OrderStatus, PaymentStatus } from "./wire";

export interface Words {
  title: string;
  greeting: string;
  hint: string;
  examples: string[];
  notice: string;
  placeholder: string;
  message: string;
  send: string;
  stop: string;
  stopped: string;
  close: string;
  addPhoto: string;
  removePhoto: string;
  yourPhoto: string;
  searchedPart: string;
  showWhere: string;
  whereShown: (phrase: string, title: string) => string;
  dropPhoto: string;
  notAPhoto: string;
  tooManyPhotos: (most: number) => string;
  you: string;
  assistant: string;
  working: string;
  understood: string;
  removeChip: (label: string) => string;
  without: (label: string) => string;
  products: string;
  shown: (count: number) => string;
  ofTotal: (count: number, total: number) => string;
  nearest: string;
  previous: string;
  next: string;
  priceFrom: (price: string) => string;
  priceNow: string;
  priceBefore: string;
  color: string;
  size: string;
  soldOut: string;
  unconfirmed: string;
  few: (count: number) => string;
  rated: (value: string, count: number) => string;
  addToCart: string;
  adding: string;
  added: string;
  chooseSize: string;
  moreLikeThis: string;
  moreLike: (title: string) => string;
  replies: string;
  cart: string;
  cartCount: (count: number) => string;
  cartEmpty: string;
  total: string;
  less: (title: string) => string;
  more: (title: string) => string;
  remove: string;
  back: string;
  forget: string;
  forgetAsk: string;
  forgetYes: string;
  forgetNo: string;
  forgotten: string;
  retry: string;
  failed: string;
  restoring: string;
  down: string;
  menu: string;
  person: string;
  personAsk: string;
  note: string;
  email: string;
  privacy: string;
  preferences: string;
  preferencesHint: string;
  remember: string;
  sizes: string;
  brands: string;
  budget: string;
  dislikes: string;
  commas: string;
  save: string;
  saved: string;
  forgetPreferences: string;
  offline: string;
  reconnecting: string;
  helpful: string;
  unhelpful: string;
  thanks: string;
  speak: string;
  listening: string;
  camera: string;
  completeLook: string;
  completeLookWith: (title: string) => string;
  likeThisPage: string;
  editChip: (label: string) => string;
  instead: (value: string, before: string) => string;
  highest: string;
  lowest: string;
  apply: string;
  compared: string;
  unstated: string;
  look: string;
  addAll: string;
  chooseSizes: string;
  checkout: string;
  expiresIn: (time: string) => string;
  quoteExpired: string;
  quoteAgain: string;
  quoteCanceled: string;
  confirm: string;
  cancel: string;
  payWith: string;
  methods: Record<"sandbox" | "onchain" | "x402" | "stripe", string>;
  handOff: string;
  subtotal: string;
  included: (label: string) => string;
  changed: string;
  priceChanged: (title: string, before: string, now: string) => string;
  gone: (title: string) => string;
  joined: (title: string) => string;
  quantityChanged: (title: string, count: number) => string;
  order: (number: string) => string;
  orders: string;
  noOrders: string;
  orderStatus: Record<OrderStatus, string>;
  payment: string;
  paymentStatus: Record<PaymentStatus, string>;
  amount: string;
  address: string;
  network: string;
  copy: string;
  copied: string;
  wallet: string;
  qr: string;
  received: string;
  transaction: string;
  confirmations: (count: number, needed: number) => string;
  timeLeft: (time: string) => string;
  help: string;
  sandbox: string;
  outcomes: Record<"pay" | "underpay" | "overpay" | "expire", string>;
  ownPage: string;
  colors: Record<string, string>; // by the shop's key
}

type Language = () => Promise<{ words: Words }>;

export const languages: Record<string, Language> = {
  en: () => import("./words/en"),
  de: () => import("./words/de"),
  fr: () => import("./words/fr"),
  it: () => import("./words/it"),
  es: () => import("./words/es"),
  ar: () => import("./words/ar"),
};

/** The words for a locale such as "de-AT"; English where the language isn't ours. */
export async function wordsFor(locale: string): Promise<Words> {
  const code = locale.toLowerCase().split(/[-_]/)[0] ?? "";
  const fetch = (Object.hasOwn(languages, code) && languages[code]) || languages["en"]!;
  return (await fetch()).words;
}

/** Whether a locale's script runs right to left. */
export const rightToLeft = (locale: string): boolean => /^(ar|he|fa|ur)\b/i.test(locale);
