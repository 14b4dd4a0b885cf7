// The page itself: two views, a strict mode that mounts everything twice, and a list of what was heard.
// Knows nothing about how it is built.

import { createElement as h, StrictMode, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

function Shopper({ onEvent, locale }) {
  const at = useRef(null);
  useEffect(() => {
    const heard = (event) => onEvent(event.type);
    const names = ["shopper:ready", "shopper:add-to-cart", "shopper:error"];
    for (const name of names) at.current.addEventListener(name, heard);
    const element = at.current;
    return () => names.forEach((name) => element.removeEventListener(name, heard));
  }, []);
  return h("personal-shopper", { ref: at, locale });
}

function App() {
  const [view, setView] = useState("home");
  const [heard, setHeard] = useState([]);
  const [count, setCount] = useState(0);
  const listen = (name) => setHeard((all) => [...all, name]);
  return h("main", null,
    h("h1", null, view),
    h("button", { id: "go", onClick: () => setView(view === "home" ? "other" : "home") }, "Go"),
    h("button", { id: "again", onClick: () => setCount(count + 1) }, `Drawn ${count}`),
    h("ul", { id: "heard" }, heard.map((name, place) => h("li", { key: place }, name))),
    h(Shopper, { key: view, onEvent: listen, locale: "en" }));
}

createRoot(document.getElementById("root")).render(h(StrictMode, null, h(App)));
