// Writes an amount of minor units as a price in the shopper's locale.
// Knows nothing about products or carts.

import type { Money } from "./wire";

const formats = new Map<string, { format: Intl.NumberFormat; unit: number }>();

export function price(money: Money, locale: string): string {
  const id = `${locale} ${money.currency}`;
  let known = formats.get(id);
  if (!known) {
    const format = new Intl.NumberFormat(locale, {
      style: "currency",
      currency: money.currency,
      trailingZeroDisplay: "stripIfInteger",
    });
    // Yen has no minor unit, the dinar has three digits: the currency says, not we.
    known = { format, unit: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
    formats.set(id, known);
  }
  return known.format.format(money.amount / known.unit);
}
