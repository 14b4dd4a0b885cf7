"""Which drawing belongs to which category.

Knows nothing about how each is drawn, nor about files.
"""

from __future__ import annotations

from collections.abc import Callable

from . import (
    accessories,
    bags,
    bottoms,
    coats,
    dresses,
    intimates,
    jewellery,
    knitwear,
    outerwear,
    shoes,
    small_goods,
    tops,
)
from .figure import Figure
from .piece import Piece, cloth_for
from .sizes import SHOES

Drawing = Callable[[Figure, Piece], None]

DRAWINGS: dict[str, Drawing] = {
    "dress": dresses.dress,
    "jumpsuit": dresses.jumpsuit,
    "nightdress": dresses.dress,
    "pyjamas": dresses.pyjamas,
    "top": tops.tee,
    "t-shirt": tops.tee,
    "bodysuit": tops.tee,
    "tank top": tops.tank,
    "blouse": tops.blouse,
    "shirt": tops.shirt,
    "polo shirt": tops.polo,
    "sweater": knitwear.sweater,
    "cardigan": knitwear.cardigan,
    "hoodie": knitwear.sweat,
    "sweatshirt": knitwear.sweat,
    **dict.fromkeys(
        (
            "jacket",
            "denim jacket",
            "leather jacket",
            "puffer jacket",
            "rain jacket",
            "bomber jacket",
            "windbreaker",
            "gilet",
        ),
        outerwear.jacket,
    ),
    **dict.fromkeys(("coat", "trench coat", "parka"), coats.coat),
    "blazer": outerwear.blazer,
    "suit": outerwear.suit,
    "waistcoat": outerwear.waistcoat,
    "robe": coats.robe,
    **dict.fromkeys(("trousers", "chinos", "cargo trousers", "joggers"), bottoms.trousers),
    "jeans": bottoms.jeans,
    "leggings": bottoms.leggings,
    "shorts": bottoms.shorts,
    "swim shorts": bottoms.shorts,
    "skirt": bottoms.skirt,
    "bikini": intimates.swim,
    "swimsuit": intimates.swim,
    "socks": intimates.socks,
    "tights": intimates.tights,
    **dict.fromkeys(("bra", "sports bra", "briefs", "boxers", "lingerie", "shapewear"), intimates.underwear),
    **dict.fromkeys(SHOES, shoes.shoes),
    **dict.fromkeys(
        (
            "handbag",
            "tote bag",
            "crossbody bag",
            "shoulder bag",
            "clutch",
            "backpack",
            "duffel bag",
            "belt bag",
            "laptop bag",
        ),
        bags.bag,
    ),
    "belt": accessories.belt,
    "scarf": accessories.scarf,
    "hat": accessories.hat,
    "cap": accessories.cap,
    "beanie": accessories.beanie,
    "gloves": accessories.gloves,
    "sunglasses": small_goods.sunglasses,
    "watch": small_goods.watch,
    "wallet": small_goods.wallet,
    "tie": small_goods.tie,
    "bow tie": small_goods.bow_tie,
    "umbrella": small_goods.umbrella,
    "hair accessory": small_goods.hair,
    "phone case": small_goods.phone_case,
    "necklace": jewellery.necklace,
    "earrings": jewellery.earrings,
    "bracelet": jewellery.bracelet,
    "ring": jewellery.ring,
}

UPPER = {
    "top",
    "t-shirt",
    "bodysuit",
    "tank top",
    "blouse",
    "shirt",
    "polo shirt",
    "sweater",
    "cardigan",
    "hoodie",
    "sweatshirt",
    "jacket",
    "denim jacket",
    "leather jacket",
    "puffer jacket",
    "rain jacket",
    "bomber jacket",
    "windbreaker",
    "gilet",
    "blazer",
    "waistcoat",
}
FULL_SIZE = {shoes.shoes, bags.bag, accessories.beanie, accessories.gloves, accessories.hat, small_goods.hair}


def draw(piece: Piece) -> Figure:
    """The piece on the drawing board; upper bodies fill the sheet, children's clothes are smaller."""
    figure = Figure(cloth_for(piece))
    drawing = DRAWINGS[piece.category]
    scale, dy = (1.16, 58.0) if piece.category in UPPER else (1.0, 0.0)
    if piece.category == "bodysuit" or piece.called("long"):
        scale, dy = 1.06, 10.0
    if piece.child and drawing not in FULL_SIZE:
        scale *= 0.9
    figure.move(0, dy, scale)
    drawing(figure, piece)
    return figure
