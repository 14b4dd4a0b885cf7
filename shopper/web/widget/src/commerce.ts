// What lies between a cart and a paid order, fetched together when the first of it is shown.
// Knows nothing by itself.

import "./cart";
import "./checkout";
import "./order";
import "./payment";
