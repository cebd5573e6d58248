/* What a thing is made of and its colours: to be said when the facts say it.
 * Only for text_groups.c; the form of a phrase is that of words_match().  Lists are sorted.  When a list changes, so does its version there. */

/* clang-format off */
static const char *const words_material[] = {
    "abs", "acacia", "acrylic", "agate", "alloy", "alpaca", "aluminium", "aluminum", "bamboo",
    "beech", "borosilicate", "brass", "bronze", "canvas", "carbon fiber", "carbon fibre",
    "carbon steel", "cardboard", "cashmere", "cast iron", "ceramic", "ceramics", "clay", "copper",
    "cork", "cotton", "crystal", "denim", "down feather", "earthenware", "elastane", "epoxy",
    "eva foam", "faux fur", "faux leather", "fiberglass", "fibreglass", "flannel", "fleece",
    "foam", "glass", "gold plated", "goose down", "granite", "graphite", "hemp", "iron", "jade",
    "jute", "latex", "linen", "lyocell", "marble", "melamine", "memory foam", "merino",
    "microfiber", "microfibre", "modal", "mohair", "neoprene", "nylon", "oak", "paper", "pine",
    "plastic", "platinum", "polycarbonate", "polyester", "polyethylene", "polypropylene",
    "porcelain", "pu leather", "pvc", "rattan", "rayon", "resin", "rhodium", "rubber", "ruby",
    "satin", "silicone", "silk", "silver plated", "sisal", "slate", "spandex", "stainless steel",
    "steel", "sterling silver", "stoneware", "suede", "teak", "tencel", "terracotta", "titanium",
    "tpe", "tpu", "tungsten", "turquoise stone", "vegan leather", "velvet", "viscose", "walnut",
    "wicker", "wood", "wooden", "wool", "zinc", "zirconia",
};

static const char *const allowed_material[] = {
    "a straw", "clear as crystal", "down feather", "drinking straw", "foam roller", "glass door",
    "glass doors", "glass surface", "glasses", "iron on", "ironing", "looking glass", "paper bag",
    "paper size", "paper towel", "paper towels", "pine tree", "reading glass", "reading glasses",
    "sheet of paper", "shower glass", "toilet paper", "window glass", "wine glass", "wood floor",
    "wood floors", "wooden floor", "wooden floors", "wrapping paper",
};

/* Real leather, which its likenesses are not. */
static const char *const words_leather[] = {
    "calfskin", "cowhide", "genuine leather", "leather", "real leather", "sheepskin",
};

static const char *const allowed_leather[] = {
    "artificial leather", "eco leather", "faux leather", "imitation leather", "leather care",
    "leather cleaner", "leather look", "pu leather", "pvc leather", "synthetic leather",
    "vegan leather",
};

static const char *const words_colour[] = {
    "beige", "black", "blue", "brown", "burgundy", "champagne", "coral", "cream colored",
    "cream coloured", "gold", "golden", "gradient", "gray", "green", "grey", "ivory", "khaki",
    "lavender", "lilac", "magenta", "maroon", "mint green", "multicolor*", "multicolour*",
    "mustard", "navy", "pink", "purple", "rainbow", "red", "rose gold", "silver",
    "silver colored", "silver coloured", "teal", "transparent", "turquoise", "violet", "white",
    "yellow",
};

static const char *const allowed_colour[] = {
    "black coffee", "black tea", "blue sky", "gold fish", "goldfish", "green salad", "green tea",
    "lavender tea", "plain background", "red wine", "white background", "white bread",
    "white wine",
};
