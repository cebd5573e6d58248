/* What a thing is made of and its colours: to be said when the facts say it.
 * Only for text_groups.c; the form of a phrase is that of words_match().  When a list changes, so does its version there. */

/* clang-format off */
static const char *const words_material[] = {
    "silicone", "cotton", "linen", "polyester", "nylon", "acrylic", "wool", "cashmere", "silk",
    "satin", "velvet", "microfiber", "microfibre", "fleece", "flannel", "denim", "canvas",
    "suede", "faux leather", "pu leather", "vegan leather", "faux fur", "rubber", "latex",
    "neoprene", "eva foam", "memory foam", "foam", "plastic", "abs", "pvc", "polypropylene",
    "polycarbonate", "polyethylene", "tpu", "tpe", "melamine", "resin", "epoxy", "fiberglass",
    "fibreglass", "carbon fiber", "carbon fibre", "stainless steel", "steel", "carbon steel",
    "aluminum", "aluminium", "alloy", "zinc", "iron", "cast iron", "copper", "brass", "bronze",
    "titanium", "tungsten", "sterling silver", "gold plated", "silver plated", "rhodium",
    "platinum", "ceramic", "ceramics", "porcelain", "stoneware", "earthenware", "terracotta",
    "clay", "glass", "borosilicate", "crystal", "marble", "granite", "slate", "bamboo", "wood",
    "wooden", "oak", "walnut", "beech", "pine", "acacia", "teak", "rattan", "wicker", "jute",
    "hemp", "sisal", "cork", "paper", "cardboard", "spandex", "elastane", "viscose", "rayon",
    "modal", "lyocell", "tencel", "merino", "alpaca", "mohair", "down feather", "goose down",
    "graphite", "ruby", "jade", "zirconia", "agate", "turquoise stone",
};

static const char *const allowed_material[] = {
    "wine glass", "glass surface", "glass door", "glass doors", "shower glass", "window glass",
    "drinking straw", "ironing", "iron on", "paper towel", "paper towels", "toilet paper",
    "wrapping paper", "paper bag", "wood floor", "wood floors", "wooden floor", "wooden floors",
    "a straw", "reading glass", "reading glasses", "looking glass", "glasses", "pine tree",
    "clear as crystal", "foam roller", "down feather", "paper size", "sheet of paper",
};

/* Real leather, which its likenesses are not. */
static const char *const words_leather[] = {
    "leather", "real leather", "genuine leather", "cowhide", "calfskin", "sheepskin",
};

static const char *const allowed_leather[] = {
    "pu leather", "faux leather", "vegan leather", "artificial leather", "imitation leather",
    "synthetic leather", "pvc leather", "eco leather", "leather look", "leather care",
    "leather cleaner",
};

static const char *const words_colour[] = {
    "black", "white", "red", "blue", "yellow", "pink", "purple", "violet", "brown", "grey",
    "gray", "beige", "ivory", "cream coloured", "cream colored", "turquoise", "teal", "navy",
    "khaki", "burgundy", "maroon", "magenta", "lilac", "lavender", "mint green", "mustard",
    "coral", "champagne", "rose gold", "golden", "silver coloured", "silver colored", "silver",
    "gold", "green", "transparent", "multicolor*", "multicolour*", "rainbow", "gradient",
};

static const char *const allowed_colour[] = {
    "black coffee", "black tea", "red wine", "white wine", "white background", "plain background",
    "green salad", "green tea", "blue sky", "white bread", "lavender tea", "gold fish",
    "goldfish",
};
