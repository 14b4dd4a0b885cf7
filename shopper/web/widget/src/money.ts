// Writes an amount of minor units as a price in the shopper's locale.
// Knows nothing about products or carts.

import type { Money } from "./wire";

interface Form {
  format: Intl.NumberFormat;
  unit: number;
}

const formats = new Map<string, Form>();

function form(currency: string, locale: string): Form {
  const id = `${locale} ${currency}`;
  let known = formats.get(id);
  if (!known) {
    const format = new Intl.NumberFormat(locale, {
      style: "currency",
      currency,
      trailingZeroDisplay: "stripIfInteger",
    });
    // Yen has no minor unit, the dinar has three digits: the currency says, not we.
    known = { format, unit: 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2) };
    formats.set(id, known);
  }
  return known;
}

export function price(money: Money, locale: string): string {
  const { format, unit } = form(money.currency, locale);
  return format.format(money.amount / unit);
}

/** How many minor units make one of `currency`. */
export const unitOf = (currency: string): number => form(currency, "en").unit;
