// Fetches the parts of the chat that most shoppers don't need at once: cart and paying, boards, wishes.
// Knows nothing about them; an element that is already on the page comes to life when its part arrives.

const parts = {
  boards: () => import("./boards"),
  commerce: () => import("./commerce"),
  where: () => import("./where"),
  wishes: () => import("./wishes"),
};

/** Begins to fetch a part; where that fails, the next call tries again. */
export function need(part: keyof typeof parts): Promise<unknown> {
  // A module that could be fetched is kept by the browser, so asking again costs nothing.
  return parts[part]().catch(() => undefined);
}
