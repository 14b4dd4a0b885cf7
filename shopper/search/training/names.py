"""What shops and shoppers call the kinds, colours, wearers and uses that the photos are labelled with.

Data only. A name belongs to one kind: two kinds with one name would teach the text head a contradiction.
"""

from __future__ import annotations

KINDS: dict[str, tuple[str, ...]] = {
    "Tshirts": ("t-shirt", "tee", "tshirt", "crew neck t-shirt", "short sleeve tee"),
    "Shirts": ("shirt", "button-down shirt", "button-up shirt", "collared shirt"),
    "Casual Shoes": ("sneakers", "casual shoes", "trainers", "lace-up sneakers"),
    "Sports Shoes": ("running shoes", "sports shoes", "athletic shoes", "gym shoes"),
    "Formal Shoes": ("oxfords", "formal shoes", "dress shoes", "brogues", "leather loafers"),
    "Heels": ("heels", "high heels", "pumps", "stilettos", "heeled shoes"),
    "Flats": ("flats", "ballet flats", "ballerinas", "flat shoes"),
    "Booties": ("ankle boots", "boots", "booties", "heeled boots"),
    "Sandals": ("sandals", "open shoes", "strappy sandals", "leather sandals"),
    "Sports Sandals": ("sports sandals", "hiking sandals", "velcro sandals"),
    "Flip Flops": ("flip flops", "slides", "slippers", "beach slippers"),
    "Tops": ("top", "blouse", "women's top", "sleeveless top"),
    "Tunics": ("tunic", "long blouse"),
    "Kurtas": ("kurta", "ethnic tunic", "long ethnic shirt"),
    "Kurtis": ("kurti", "short kurta"),
    "Kurta Sets": ("kurta set", "kurta with trousers"),
    "Sweaters": ("sweater", "jumper", "pullover", "knit", "cardigan", "knitwear"),
    "Sweatshirts": ("sweatshirt", "hoodie", "hooded sweatshirt"),
    "Jackets": ("jacket", "bomber jacket", "windbreaker", "zip-up jacket", "puffer jacket"),
    "Rain Jacket": ("rain jacket", "raincoat", "waterproof jacket"),
    "Blazers": ("blazer", "suit jacket", "sport coat"),
    "Waistcoat": ("waistcoat", "suit vest"),
    "Suits": ("suit", "two-piece suit"),
    "Shrug": ("shrug", "bolero"),
    "Jeans": ("jeans", "denim jeans", "denim trousers"),
    "Trousers": ("trousers", "pants", "chinos", "slacks"),
    "Track Pants": ("joggers", "track pants", "sweatpants", "jogging bottoms"),
    "Capris": ("capris", "cropped trousers", "three-quarter pants"),
    "Leggings": ("leggings", "tight stretch pants"),
    "Jeggings": ("jeggings", "denim leggings"),
    "Shorts": ("shorts", "bermuda shorts", "short pants"),
    "Skirts": ("skirt", "mini skirt", "midi skirt", "pleated skirt"),
    "Dresses": ("dress", "gown", "sundress", "midi dress", "evening dress"),
    "Jumpsuit": ("jumpsuit", "one-piece overall"),
    "Rompers": ("romper", "playsuit"),
    "Dungarees": ("dungarees", "overalls"),
    "Tracksuits": ("tracksuit", "jogging suit"),
    "Swimwear": ("swimsuit", "swimwear", "bathing suit", "bikini"),
    "Bra": ("bra", "push-up bra", "bralette"),
    "Briefs": ("briefs", "underwear", "underpants", "panties"),
    "Trunk": ("trunks", "boxer briefs", "tight boxers"),
    "Boxers": ("boxers", "boxer shorts"),
    "Innerwear Vests": ("undershirt", "vest", "tank top", "sleeveless undershirt"),
    "Camisoles": ("camisole", "cami top", "spaghetti strap top"),
    "Shapewear": ("shapewear", "body shaper"),
    "Night suits": ("pyjamas", "pajamas", "nightwear set"),
    "Nightdress": ("nightdress", "nightgown"),
    "Baby Dolls": ("babydoll", "lingerie set"),
    "Bath Robe": ("robe", "bathrobe", "dressing gown"),
    "Robe": ("silk robe", "kimono"),
    "Lounge Pants": ("lounge pants", "pyjama bottoms"),
    "Lounge Shorts": ("lounge shorts", "pyjama shorts"),
    "Socks": ("socks", "ankle socks", "pair of socks"),
    "Stockings": ("tights", "stockings", "pantyhose"),
    "Tights": ("opaque tights", "dance tights"),
    "Backpacks": ("backpack", "rucksack", "school bag"),
    "Handbags": ("handbag", "tote bag", "shoulder bag", "purse"),
    "Clutches": ("clutch", "evening bag", "clutch bag"),
    "Messenger Bag": ("crossbody bag", "messenger bag", "satchel"),
    "Laptop Bag": ("laptop bag", "briefcase", "computer bag"),
    "Duffel Bag": ("duffel bag", "gym bag", "weekend bag"),
    "Trolley Bag": ("trolley bag", "suitcase"),
    "Rucksacks": ("hiking backpack", "trekking rucksack"),
    "Waist Pouch": ("belt bag", "bum bag", "fanny pack"),
    "Mobile Pouch": ("phone case", "phone pouch", "mobile cover"),
    "Wallets": ("wallet", "card holder", "leather wallet"),
    "Belts": ("belt", "leather belt", "waist belt"),
    "Watches": ("watch", "wristwatch", "analog watch"),
    "Sunglasses": ("sunglasses", "shades", "aviator sunglasses"),
    "Caps": ("cap", "baseball cap", "beanie"),
    "Hat": ("hat", "sun hat", "fedora", "brimmed hat"),
    "Scarves": ("scarf", "printed scarf", "neck scarf"),
    "Mufflers": ("muffler", "knitted scarf", "winter scarf"),
    "Stoles": ("stole", "shawl", "wrap"),
    "Dupatta": ("dupatta", "long ethnic scarf"),
    "Sarees": ("saree", "sari"),
    "Salwar": ("salwar", "ethnic trousers"),
    "Churidar": ("churidar", "gathered ethnic leggings"),
    "Patiala": ("patiala", "pleated ethnic trousers"),
    "Lehenga Choli": ("lehenga choli", "ethnic skirt set"),
    "Gloves": ("gloves", "pair of gloves", "mittens"),
    "Ties": ("tie", "necktie", "silk tie"),
    "Cufflinks": ("cufflinks", "cuff links"),
    "Suspenders": ("suspenders", "braces for trousers"),
    "Necklace and Chains": ("necklace", "chain"),
    "Pendant": ("pendant", "pendant necklace"),
    "Earrings": ("earrings", "ear studs", "drop earrings"),
    "Ring": ("ring", "finger ring"),
    "Bracelet": ("bracelet", "wrist chain"),
    "Bangle": ("bangle", "arm bangle"),
    "Jewellery Set": ("jewellery set", "necklace and earrings set"),
    "Wristbands": ("wristband", "sweatband"),
    "Headband": ("headband", "sports headband"),
    "Hair Accessory": ("hair accessory", "hair clip", "hair band"),
    "Umbrellas": ("umbrella", "folding umbrella"),
    "Key chain": ("key chain", "keyring"),
    "Clothing Set": ("clothing set", "two-piece outfit"),
    "long sleeve": ("long sleeve top", "longsleeve", "long-sleeved shirt"),
    "outerwear": ("outerwear", "coat", "winter coat", "overcoat", "parka"),
    "shoes": ("shoes", "pair of shoes", "footwear"),
}

# The folders of the phone photos in the words of the shop photos.
PHONE_KINDS: dict[str, str] = {
    "dress": "Dresses",
    "hat": "Hat",
    "longsleeve": "long sleeve",
    "outwear": "outerwear",
    "pants": "Trousers",
    "shirt": "Shirts",
    "shoes": "shoes",
    "shorts": "Shorts",
    "skirt": "Skirts",
    "t-shirt": "Tshirts",
}

_SHOES = (
    "Casual Shoes", "Sports Shoes", "Formal Shoes", "Heels", "Flats", "Booties", "Sandals", "Sports Sandals",
    "Flip Flops",
)  # fmt: skip

# A label and those that are no mistake for it: the phone photos' labels are wider than the shop photos'.
ALSO: dict[str, tuple[str, ...]] = {
    "shoes": _SHOES,
    "outerwear": ("Jackets", "Rain Jacket", "Blazers"),
    "long sleeve": ("Sweaters", "Sweatshirts", "Tops"),
}

# Wider words, and the kinds they hold.
GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "bags": (
        ("bag", "bags", "a bag to carry things in"),
        (
            "Backpacks",
            "Handbags",
            "Clutches",
            "Messenger Bag",
            "Laptop Bag",
            "Duffel Bag",
            "Trolley Bag",
            "Rucksacks",
            "Waist Pouch",
        ),
    ),
    "footwear": (("shoes", "footwear", "a pair of shoes"), (*_SHOES, "shoes")),
    "jewellery": (
        ("jewellery", "jewelry"),
        ("Necklace and Chains", "Pendant", "Earrings", "Ring", "Bracelet", "Bangle", "Jewellery Set"),
    ),
    "underwear": (
        ("underwear", "lingerie"),
        ("Bra", "Briefs", "Trunk", "Boxers", "Innerwear Vests", "Shapewear"),
    ),
    "bottoms": (
        ("bottoms", "something for the legs"),
        ("Jeans", "Trousers", "Track Pants", "Capris", "Leggings", "Jeggings", "Shorts", "Skirts"),
    ),
    "tops": (
        ("tops", "upper body clothing"),
        ("Tshirts", "Shirts", "Tops", "Tunics", "Sweaters", "Sweatshirts", "long sleeve"),
    ),
    "coats": (("coats and jackets", "outerwear"), ("Jackets", "Rain Jacket", "Blazers", "outerwear")),
    "headwear": (("headwear", "something for the head"), ("Caps", "Hat")),
    "cosmetics": (
        ("cosmetics", "make-up and perfume"),
        ("Perfume and Body Mist", "Deodorant", "Lipstick", "Nail Polish", "Kajal and Eyeliner", "Mascara"),
    ),
}

# What a product's name says of its pattern, in words a shopper uses.
PATTERNS: dict[str, tuple[str, ...]] = {
    "plain": ("plain", "solid", "plain coloured"),
    "printed": ("printed", "with a print"),
    "striped": ("striped", "stripy", "with stripes"),
    "check": ("checked", "plaid", "tartan", "check"),
    "graphic": ("graphic", "with a graphic print"),
    "floral": ("floral", "flowered", "with flowers"),
}

COLORS: dict[str, tuple[str, ...]] = {
    "Black": ("black", "jet black"),
    "White": ("white", "plain white"),
    "Grey": ("grey", "gray"),
    "Charcoal": ("charcoal", "dark grey", "anthracite"),
    "Grey Melange": ("grey melange", "heather grey"),
    "Blue": ("blue", "mid blue", "cobalt"),
    "Navy Blue": ("navy", "navy blue", "dark blue"),
    "Turquoise Blue": ("turquoise", "aqua"),
    "Teal": ("teal", "petrol"),
    "Red": ("red", "bright red", "scarlet"),
    "Maroon": ("maroon", "dark red", "wine red"),
    "Burgundy": ("burgundy", "oxblood"),
    "Rust": ("rust", "terracotta"),
    "Pink": ("pink", "light pink", "hot pink"),
    "Magenta": ("magenta", "fuchsia"),
    "Rose": ("rose", "dusty pink"),
    "Peach": ("peach", "apricot", "coral"),
    "Orange": ("orange", "bright orange"),
    "Yellow": ("yellow", "lemon yellow"),
    "Mustard": ("mustard", "ochre"),
    "Green": ("green", "dark green", "emerald"),
    "Olive": ("olive", "khaki green", "army green"),
    "Sea Green": ("sea green", "mint"),
    "Lime Green": ("lime green", "lime"),
    "Fluorescent Green": ("neon green", "fluorescent green"),
    "Khaki": ("khaki", "sand"),
    "Purple": ("purple", "violet", "plum"),
    "Lavender": ("lavender", "lilac"),
    "Mauve": ("mauve",),
    "Brown": ("brown", "dark brown"),
    "Coffee Brown": ("coffee brown", "chocolate brown"),
    "Mushroom Brown": ("mushroom",),
    "Taupe": ("taupe", "greige"),
    "Tan": ("tan", "camel", "cognac"),
    "Beige": ("beige", "light beige"),
    "Cream": ("cream", "ecru"),
    "Off White": ("off-white", "ivory"),
    "Nude": ("nude",),
    "Skin": ("skin-coloured", "skin tone"),
    "Silver": ("silver", "silver-coloured"),
    "Steel": ("steel", "steel grey"),
    "Metallic": ("metallic",),
    "Gold": ("gold", "golden"),
    "Bronze": ("bronze",),
    "Copper": ("copper", "rose gold"),
    "Multi": ("multicolour", "multicoloured", "colourful"),
}

# Near enough that a shopper who says one accepts the other.
FAMILIES: dict[str, tuple[str, ...]] = {
    "grey": ("Grey", "Charcoal", "Grey Melange", "Silver", "Steel", "Metallic"),
    "blue": ("Blue", "Navy Blue", "Turquoise Blue", "Teal"),
    "red": ("Red", "Maroon", "Burgundy", "Rust"),
    "pink": ("Pink", "Magenta", "Rose", "Peach"),
    "yellow": ("Yellow", "Mustard", "Gold"),
    "green": ("Green", "Olive", "Sea Green", "Lime Green", "Fluorescent Green"),
    "purple": ("Purple", "Lavender", "Mauve"),
    "brown": ("Brown", "Coffee Brown", "Mushroom Brown", "Tan", "Bronze", "Copper"),
    "beige": ("Beige", "Cream", "Nude", "Skin", "Khaki", "Taupe"),
    "white": ("White", "Off White"),
}

WEARERS: dict[str, tuple[str, ...]] = {
    "Men": ("men", "men's", "mens", "male"),
    "Women": ("women", "women's", "womens", "ladies"),
    "Boys": ("boys", "boys'", "kids", "boy's"),
    "Girls": ("girls", "girls'", "girl's"),
    "Unisex": ("unisex",),
}

USES: dict[str, tuple[str, ...]] = {
    "Casual": ("casual", "everyday"),
    "Sports": ("sports", "sporty", "for the gym"),
    "Formal": ("formal", "office", "for work"),
    "Ethnic": ("ethnic", "traditional"),
    "Smart Casual": ("smart casual",),
    "Travel": ("travel",),
}


def family(color: str) -> str:
    """The family of a labelled colour; most have one of their own."""
    return next((name for name, members in FAMILIES.items() if color in members), color.lower())


def kind_names(kind: str) -> tuple[str, ...]:
    """What a kind is called, the plainest first; kinds outside fashion keep their label."""
    return KINDS.get(kind, (kind.lower(),))
