/* Goods that are not sold at all, and goods a person must look at first.
 * Only for text_groups.c; the form of a phrase is that of words_match().  When a list changes, so does its version there. */

/* clang-format off */
static const char *const goods_adult[] = {
    "sex", "sexy", "sexual*", "sex toy*", "adult toy*", "adult product*", "adult game*",
    "erotic*", "vibrator*", "dildo*", "fleshlight", "masturbat*", "anal plug", "butt plug",
    "bondage", "bdsm", "fetish", "porn*", "nudes", "nudity", "strapon", "strap on dildo",
    "lingerie", "stripper", "escort", "aphrodisiac", "condom*", "love doll", "sex doll",
    "cock ring", "penis", "vagina", "lubricant gel", "sexspielzeug", "erotik", "sextoy*",
    "juguete sexual", "seksspeeltje*",
};

static const char *const goods_weapons[] = {
    "weapon*", "firearm*", "handgun*", "pistol*", "rifle*", "shotgun*", "revolver*", "airsoft",
    "bb gun", "pellet gun", "air rifle", "gun holster", "gun magazine", "gun barrel",
    "ammunition", "ammo", "bullets", "grenade*", "explosive*", "firework*", "firecracker*",
    "gunpowder", "switchblade*", "pocket knife", "pocket knives", "pocketknife", "folding knife",
    "folding knives", "hunting knife", "hunting knives", "survival knife", "karambit",
    "stun baton*", "stun device*", "electric baton*", "butterfly knife", "balisong", "dagger*",
    "machete*", "combat knife", "tactical knife", "throwing knife", "throwing star*",
    "brass knuckle*", "knuckle duster*", "nunchuck*", "nunchaku", "katana*", "crossbow*",
    "slingshot*", "blowgun*", "taser*", "stun gun*", "pepper spray*", "tear gas",
    "telescopic baton", "self defense weapon*", "self defence weapon*", "lock pick*", "lockpick*",
    "waffe", "waffen", "vuurwapen*", "gun silencer", "sword", "swords", "police baton",
    "expandable baton",
};

static const char *const goods_drugs[] = {
    "drug", "drugs", "narcotic*", "cannabis", "marijuana", "hemp oil", "cbd", "thc", "kratom",
    "bong", "bongs", "water pipe", "hookah*", "shisha*", "dab rig", "herb grinder*",
    "weed grinder*", "rolling paper*", "smoking pipe*", "vape*", "vaping", "vaporizer pen",
    "e cigarette*", "ecigarette*", "e liquid", "nicotine*", "tobacco", "cigarette*", "cigar",
    "cigars", "snuff", "snus", "steroid*", "prescription*", "hypodermic", "alcohol drink*",
    "prohormone*",
};

static const char *const allowed_drugs[] = {
    "cigarette lighter", "cigarette lighter socket", "cigarette lighter plug",
    "cigarette lighter adapter", "drug free", "bong bong", "alcohol free",
};

static const char *const goods_gambling[] = {
    "gambling", "casino*", "roulette", "slot machine*", "poker chip*", "poker set", "betting",
    "lottery", "lotto", "scratch card*", "blackjack", "crypto*", "bitcoin", "forex",
};

static const char *const goods_politics[] = {
    "political*", "politician*", "election*", "vote", "voting", "trump", "biden", "maga", "putin",
    "zelensky", "hitler", "nazi*", "swastika*", "ku klux", "confederate flag", "isis", "taliban",
    "hamas", "propaganda", "anti vax*",
};

static const char *const goods_other[] = {
    "spy camera*", "hidden camera*", "spy pen", "spy cam", "wiretap*", "gps jammer*",
    "signal jammer*", "radar detector*", "fake id", "counterfeit*", "fake money", "prop money",
    "fake passport*", "rhino horn", "real fur", "fox fur", "mink fur", "rabbit fur",
    "crocodile leather", "python leather", "tortoise shell", "coral jewelry", "live animal*",
    "human hair wig of", "human skull", "asbestos", "mercury thermometer*", "pesticide*",
    "insecticide*", "rat poison", "herbicide*", "radioactive", "human organ*", "shock collar*",
    "electric shock collar*", "bark collar*", "prong collar*", "glue trap*", "elephant ivory",
    "real ivory", "ivory carving",
};

static const char *const goods_copies[] = {
    "replica*", "dupe", "dupes", "knock off*", "knockoff*", "imitation of", "high imitation",
    "fake designer", "designer inspired", "inspired by", "mirror quality", "aaa quality",
    "aaa grade copy", "copy of", "1 1 copy", "same as original", "look alike", "lookalike",
    "bootleg", "pirated", "unauthorized", "plagiat", "falschung", "contrefacon", "imitacion",
    "namaak", "contraffatt*",
};

static const char *const restricted_health[] = {
    "supplement*", "vitamin*", "probiotic*", "protein powder", "collagen", "gummies",
    "herbal tea", "slimming tea", "weight loss", "slimming", "fat burn*", "detox*", "medical*",
    "medicine*", "medication*", "medicinal", "first aid", "thermometer for fever",
    "fever thermometer", "infrared thermometer", "forehead thermometer", "ear thermometer",
    "blood pressure", "glucose", "oximeter*", "stethoscope*", "nebulizer*", "nebuliser*",
    "inhaler*", "hearing aid*", "hearing amplifier*", "tens unit", "tens machine",
    "electrotherap*", "electrode*", "light therapy", "red light", "led mask", "face mask",
    "respirator*", "surgical", "orthopedic*", "orthopaedic*", "orthotic*", "insole*",
    "knee brace*", "ankle brace*", "back brace*", "wrist brace*", "brace", "braces", "splint*",
    "support belt", "lumbar support", "neck traction", "posture*", "corrector*", "therap*",
    "massage*", "massager*", "acupunct*", "acupressure", "cupping", "gua sha", "foot peel",
    "toenail", "nail fungus", "bunion*", "compression sock*", "compression sleeve*",
    "compression glove*", "arthritis", "pain relief", "pain", "sleep aid*", "anti snor*", "snor*",
    "mouthguard*", "teeth whiten*", "tooth whiten*", "contact lens*", "lice comb", "ear wax",
    "earwax", "tweezers for tick*", "tick remover", "crutch*", "wheelchair*", "hair growth",
    "hair regrow*", "breast pump*", "pregnancy test*", "menstrual", "waist trainer*",
    "body shaper*", "shapewear", "ems trainer", "walking aid*", "syringe*",
};

static const char *const restricted_cosmetics[] = {
    "cosmetic*", "makeup", "make up", "lipstick*", "lip gloss", "lip balm", "mascara*",
    "eyeliner*", "eyeshadow*", "eyelash glue", "eyelash serum", "false eyelash*",
    "lash extension*", "foundation cream", "concealer*", "face cream", "hand cream", "eye cream",
    "body cream", "skin cream", "moisturizer*", "moisturiser*", "lotion*", "serum*", "face wash",
    "facial cleanser", "sunscreen*", "sun cream", "perfume*", "fragrance*", "deodorant*",
    "shampoo*", "conditioner*", "hair dye", "hair oil", "essential oil*", "nail polish",
    "gel polish", "nail gel", "nail glue", "tattoo ink", "tattoo", "microneedl*", "derma roller*",
    "dermaroller*", "microblading", "skin care", "skincare", "soap", "bath bomb*", "toothpaste",
    "mouthwash", "hair removal", "epilator*", "ipl", "depilat*", "wax strips", "peeling",
    "blackhead*", "pore cleaner", "anti aging", "anti wrinkle", "face toner",
};

/* Toys, unless for animals. */
static const char *const restricted_toys[] = {
    "toy", "toys", "doll", "dolls", "plush toy*", "plush doll*", "plush bear*", "plushie*",
    "plush animal*", "stuffed animal*", "puzzle", "puzzles",
};

static const char *const for_animals[] = {
    "dog", "puppy", "puppies", "cat", "kitten", "pet", "pets", "bird", "parrot", "hamster",
    "rabbit", "horse", "animal toy*",
};

static const char *const allowed_cosmetics[] = {
    "pet hair removal*", "pet hair remov*", "dog hair removal*", "cat hair removal*", "lint",
    "soap dispenser*", "soap dish*", "soap holder*", "soap box*", "soap pump*", "soap rack*",
    "makeup brush*", "makeup bag*", "make up bag*", "cosmetic bag*", "makeup organizer*",
    "makeup organiser*", "cosmetic organizer*", "cosmetic organiser*", "makeup storage",
    "cosmetic storage", "cosmetics storage", "makeup mirror*", "shampoo bottle*",
    "lotion dispenser*", "lotion bottle*", "lipstick holder*", "shampoo brush*",
};

static const char *const restricted_children[] = {
    "baby", "babies", "infant*", "newborn*", "toddler*", "child", "children", "childrens", "kid",
    "kids", "nursery", "crib", "cribs", "cot bed", "cradle", "stroller*", "pram", "pushchair*",
    "car seat", "booster seat", "high chair", "pacifier*", "dummy clip", "teether*", "teething",
    "sippy cup", "feeding bottle*", "baby bottle*", "diaper*", "nappy", "nappies", "bib", "bibs",
    "stuffed animal*", "building blocks", "slime", "balloon*", "fidget*", "rattle*", "swim ring",
    "swimming ring", "arm floats", "life jacket*", "life vest*", "helmet*", "playpen*",
    "safety gate", "stair gate", "cabinet lock*", "outlet cover*", "socket cover*", "trampoline*",
    "scooter*", "hoverboard*", "water beads", "kinder", "enfant*", "nino", "ninos", "kinderen",
    "bambin*",
};

static const char *const allowed_children[] = {
    "baby blue", "baby pink", "baby breath", "kid leather",
};

static const char *const restricted_energy[] = {
    "battery", "batteries", "rechargeable", "lithium", "li ion", "lipo", "18650", "power bank*",
    "powerbank*", "power station", "accumulator", "laser*", "heater*", "heating", "heated",
    "electric blanket*", "hot plate", "hair dryer*", "hair straighten*", "straightener*",
    "curling iron*", "flat iron*", "iron steamer", "candle warmer*", "wax melter*", "immersion",
    "gas stove*", "camping stove*", "torch lighter*", "lighter", "lighters", "plasma lighter*",
    "butane", "propane", "gas canister*", "oil burner*", "fire pit*", "pressure cooker*",
    "charger", "chargers", "power adapter*", "power strip*", "extension cord*", "socket outlet*",
    "mains", "220v", "230v", "110v", "ac adapter*", "uv lamp*", "uvc", "uv light*",
    "ozone generator*", "humidifier*", "diffuser*", "e bike*", "ebike*", "drone*", "magnet*",
    "magnets", "magnetic*", "neodymium",
};

static const char *const allowed_energy[] = {
    "battery free", "no battery", "no batteries", "without battery", "without batteries",
    "batteries not required", "no battery required", "laser cut", "laser engraved",
    "laser engraving", "laser etched", "laser cutting", "lighter weight", "lighter than",
    "tea light", "reed diffuser stick", "wireless charger stand cover",
};

/* Placed on the EU market only with papers of the maker. */
static const char *const restricted_eu[] = {
    "sunglasses", "safety glasses", "goggles", "protective glove*", "work gloves", "climbing",
    "ladder*", "bluetooth", "wifi", "wireless", "walkie talkie*", "radio", "remote control*",
    "gas",
};
