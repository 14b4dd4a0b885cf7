// The shapes that the chat API sends and takes, as the widget uses them.
// Knows nothing about HTTP or about how they are shown.

export interface Money {
  amount: number; // integer minor units
  currency: string;
}

export interface Variant {
  id: string;
  sku?: string | null;
  size: string | null;
  color: string | null;
  price: Money;
  regular_price?: Money | null;
  availability: { available: boolean; quantity?: number | null };
}

export interface Product {
  id: string;
  title: string;
  brand?: string | null;
  url?: string | null;
  color?: string | null;
  description?: string | null;
  price_range: { min: Money; max: Money };
  regular_price?: Money | null;
  media: { type: string; url: string; alt?: string | null }[];
  variants: Variant[];
  rating?: { value: number; count?: number | null } | null;
  because?: string[];
  confirmed?: boolean; // absent where the shop isn't asked for price and stock just now
  position?: number;
}

export interface Chip {
  field: string; // may be dotted: "exclude.materials"
  value: string | null;
  label: string;
}

export interface Relaxation {
  field: string;
  value: string;
  message: string;
}

export interface QueryEdit {
  remove?: Chip[];
  set?: Record<string, unknown>;
}

export interface Suggestion {
  label: string;
  text: string;
  edit?: QueryEdit | null;
}

export interface ProductsShown {
  products: Product[];
  total?: number;
  relaxed?: Relaxation[];
  absence?: { message: string; nearest?: Product[] } | null;
}

export interface CartLine {
  variant_id: string;
  product_id: string;
  title: string;
  color: string | null;
  size: string | null;
  quantity: number;
  unit_price: Money;
  line_total: Money;
  image: string | null;
}

/** What changed about a line since it was added, by the shop's doing. */
export interface CartNote {
  variant_id: string;
  kind: string;
  message: string;
  was: Money | null;
  now: Money | null;
}

export interface Cart {
  id: string;
  version: number;
  currency: string;
  lines: CartLine[];
  total: Money;
  notes?: CartNote[];
}

export interface PhotoUpload {
  media_type: string;
  data: string; // base64
}

/** Where on the shop's site the shopper is: a product's page, or any other. */
export interface Context {
  product_id?: string;
  page?: string;
}

/** The part of a photo that was searched, in shares of its width and height. */
export interface Region {
  photo_id: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What was understood; `text` is what its chips don't say. */
export interface Understood {
  chips?: Chip[];
  text?: string | null;
  category?: string | null;
}

export interface OutgoingMessage {
  text?: string;
  context?: Context;
  photos?: PhotoUpload[];
  query_edit?: QueryEdit;
}

/** Cards side by side; a value is null where the shop doesn't say. */
export interface Comparison {
  products: Product[];
  rows: { label: string; values: (string | null)[]; differs: boolean }[];
}

export interface Look {
  id: string;
  title: string;
  products: Product[];
  total: Money | null;
  image: string | null;
}

export interface Handoff {
  message: string;
  contact: string | null;
}

export interface Total {
  type: "subtotal" | "shipping" | "tax" | "discount" | "total";
  label: string;
  amount: Money;
  included: boolean;
}

export interface Checkout {
  id: string;
  cart_version: number;
  status: "open" | "confirmed" | "expired" | "canceled";
  lines: CartLine[];
  totals: Total[];
  payment_methods: string[];
  hand_off_url: string | null;
  order_id: string | null;
  expires_at: string;
}

export interface Proposed {
  cart: Cart;
  message: string;
  checkout: Checkout | null;
}

export type OrderStatus = "awaiting_payment" | "confirming" | "paid" | "needs_review" | "canceled" | "refunded";

export interface Order {
  id: string;
  number: string;
  status: OrderStatus;
  message: string;
  lines: CartLine[];
  totals: Total[];
  payment_id: string | null;
}

export type PaymentStatus =
  | "awaiting_payment"
  | "partially_paid"
  | "confirming"
  | "settled"
  | "expired"
  | "needs_review"
  | "canceled"
  | "refunded";

export interface Payment {
  id: string;
  order_id: string;
  provider: string;
  status: PaymentStatus;
  amount: Money;
  asset: { symbol: string; network: string; decimals: number } | null;
  display_amount: string;
  received: string; // atomic units of the asset, or minor units
  address: string | null;
  uri: string | null;
  qr_url: string | null;
  page_url: string | null;
  tx: { hash: string; url: string | null; confirmations: number }[];
  confirmations: number;
  confirmations_needed: number;
  expires_at: string | null;
  message: string;
  support: string | null;
}

export interface Preferences {
  enabled: boolean;
  sizes: string[];
  brands: string[];
  budget: Money | null;
  dislikes: string[];
}

export interface StoredMessage {
  id: string;
  role: "shopper" | "assistant";
  text: string;
  photos?: { id: string; url: string; region?: Region | null }[];
  query?: Understood | null;
  products?: Product[];
  total?: number;
  relaxed?: Relaxation[];
  suggestions?: Suggestion[];
  created_at: string;
}

/** One part of the UI message stream; parts of a type that isn't listed are skipped. */
export type Part =
  | { type: "start"; messageId?: string; messageMetadata?: { threadId?: string; runId?: string } }
  | { type: "data-status"; data: { text: string } }
  | { type: "data-query"; data: Understood }
  | { type: "data-photo"; data: Region }
  | { type: "data-products"; id?: string; data: ProductsShown }
  | { type: "data-cart"; data: Cart }
  | { type: "data-compare"; data: Comparison }
  | { type: "data-look"; id?: string; data: Look }
  | { type: "data-checkout"; data: Proposed }
  | { type: "data-handoff"; data: Handoff }
  | { type: "data-suggestions"; data: { suggestions: Suggestion[] } }
  | { type: "text-start"; id: string }
  | { type: "text-delta"; id: string; delta: string }
  | { type: "text-end"; id: string }
  | { type: "error"; errorText: string }
  | { type: "finish" };
