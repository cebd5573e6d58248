/* Goods that are not sold at all, and goods a person must look at first.
 * Only for text_groups.c; the form of a phrase is that of words_match().  Lists are sorted.  When a list changes, so does its version there. */

/* clang-format off */
static const char *const goods_adult[] = {
    "adult game*", "adult product*", "adult toy*", "anal plug", "aphrodisiac", "bdsm", "bondage",
    "butt plug", "cock ring", "condom*", "dildo*", "erotic*", "erotik", "escort", "fetish",
    "fleshlight", "juguete sexual", "lingerie", "love doll", "lubricant gel", "masturbat*",
    "nudes", "nudity", "penis", "porn*", "seksspeeltje*", "sex", "sex doll", "sex toy*",
    "sexspielzeug", "sextoy*", "sexual*", "sexy", "strap on dildo", "strapon", "stripper",
    "vagina", "vibrator*",
};

static const char *const goods_weapons[] = {
    "air rifle", "airsoft", "ammo", "ammunition", "balisong", "bb gun", "blowgun*",
    "brass knuckle*", "bullets", "butterfly knife", "combat knife", "compound bow*", "crossbow*",
    "dagger*", "electric baton*", "expandable baton", "explosive*", "firearm*", "firecracker*",
    "firework*", "folding knife", "folding knives", "grenade*", "gun barrel", "gun holster",
    "gun magazine", "gun silencer", "gunpowder", "handgun*", "hunting bow*", "hunting knife",
    "hunting knives", "karambit", "katana*", "knuckle duster*", "lock pick*", "lockpick*",
    "machete*", "nunchaku", "nunchuck*", "pellet gun", "pepper spray*", "pistol*", "pocket knife",
    "pocket knives", "pocketknife", "police baton", "revolver*", "rifle*", "self defence weapon*",
    "self defense weapon*", "shotgun*", "slingshot*", "stun baton*", "stun device*", "stun gun*",
    "survival knife", "switchblade*", "sword", "swords", "tactical knife", "taser*", "tear gas",
    "telescopic baton", "throwing knife", "throwing star*", "vuurwapen*", "waffe", "waffen",
    "weapon*",
};

static const char *const goods_drugs[] = {
    "alcohol drink*", "ashtray*", "bong", "bongs", "cannabis", "cbd", "cigar", "cigarette*",
    "cigars", "dab rig", "drug", "drugs", "e cigarette*", "e liquid", "ecigarette*", "hemp oil",
    "herb grinder*", "hookah*", "hypodermic", "kratom", "marijuana", "narcotic*", "nicotine*",
    "prescription*", "prohormone*", "rolling paper*", "rolling tray*", "shisha*", "smoking pipe*",
    "snuff", "snus", "steroid*", "thc", "tobacco", "vape*", "vaping", "vaporizer pen",
    "water pipe", "weed grinder*",
};

static const char *const allowed_drugs[] = {
    "alcohol free", "bong bong", "cigarette lighter", "cigarette lighter adapter",
    "cigarette lighter plug", "cigarette lighter socket", "drug free",
};

static const char *const goods_gambling[] = {
    "betting", "bitcoin", "blackjack", "casino*", "crypto*", "forex", "gambling", "lottery",
    "lotto", "poker card*", "poker chip*", "poker set", "roulette", "scratch card*",
    "slot machine*",
};

static const char *const goods_politics[] = {
    "anti vax*", "biden", "confederate flag", "election*", "hamas", "hitler", "isis", "ku klux",
    "maga", "nazi*", "political*", "politician*", "propaganda", "putin", "swastika*", "taliban",
    "trump", "vote", "voting", "zelensky",
};

static const char *const goods_other[] = {
    "asbestos", "bark collar*", "coral jewelry", "counterfeit*", "crocodile leather",
    "electric shock collar*", "elephant ivory", "fake id", "fake money", "fake passport*",
    "fox fur", "glue trap*", "gps jammer*", "herbicide*", "hidden camera*", "human hair wig of",
    "human organ*", "human skull", "insecticide*", "ivory carving", "live animal*",
    "mercury thermometer*", "mink fur", "pesticide*", "prong collar*", "prop money",
    "python leather", "rabbit fur", "radar detector*", "radioactive", "rat poison", "real fur",
    "real ivory", "rhino horn", "shock collar*", "signal jammer*", "spy cam", "spy camera*",
    "spy pen", "tortoise shell", "wiretap*",
};

static const char *const goods_copies[] = {
    "1 1 copy", "aaa grade copy", "aaa quality", "big brand", "big brands", "bootleg",
    "brand name", "branded", "contraffatt*", "contrefacon", "copy of", "designer inspired",
    "dupe", "dupes", "fake designer", "falschung", "high imitation", "imitacion", "imitation of",
    "inspired by", "knock off*", "knockoff*", "look alike", "lookalike", "mirror quality",
    "namaak", "name brand", "original factory", "pirated", "plagiat", "replica*",
    "same as original", "same factory", "unauthorized",
};

static const char *const restricted_health[] = {
    "acupressure", "acupunct*", "ankle brace*", "anti snor*", "arthritis", "back brace*",
    "blood pressure", "body shaper*", "brace", "braces", "breast pump*", "bunion*", "collagen",
    "compression glove*", "compression sleeve*", "compression sock*", "contact lens*",
    "corrector*", "crutch*", "cupping", "detox*", "ear thermometer", "ear wax", "earwax",
    "electrode*", "electrotherap*", "ems trainer", "face mask", "fat burn*", "fever thermometer",
    "first aid", "foot peel", "forehead thermometer", "glucose", "gua sha", "gummies",
    "hair growth", "hair regrow*", "hearing aid*", "hearing amplifier*", "herbal tea",
    "infrared thermometer", "inhaler*", "insole*", "knee brace*", "led mask", "lice comb",
    "light therapy", "lumbar support", "massage*", "massager*", "medical*", "medication*",
    "medicinal", "medicine*", "menstrual", "mouthguard*", "nail fungus", "nebuliser*",
    "nebulizer*", "neck traction", "orthopaedic*", "orthopedic*", "orthotic*", "oximeter*",
    "pain", "pain relief", "posture*", "pregnancy test*", "probiotic*", "protein powder",
    "red light", "respirator*", "shapewear", "sleep aid*", "slimming", "slimming tea", "snor*",
    "splint*", "stethoscope*", "supplement*", "support belt", "surgical", "syringe*",
    "teeth whiten*", "tens machine", "tens unit", "therap*", "thermometer for fever",
    "tick remover", "toenail", "tooth whiten*", "tweezers for tick*", "vitamin*",
    "waist trainer*", "walking aid*", "weight loss", "wheelchair*", "wrist brace*",
};

static const char *const restricted_cosmetics[] = {
    "anti aging", "anti wrinkle", "bath bomb*", "blackhead*", "body cream", "concealer*",
    "conditioner*", "cosmetic*", "deodorant*", "depilat*", "derma roller*", "dermaroller*",
    "epilator*", "essential oil*", "eye cream", "eyelash glue", "eyelash serum", "eyeliner*",
    "eyeshadow*", "face cream", "face toner", "face wash", "facial cleanser", "false eyelash*",
    "foundation cream", "fragrance*", "gel polish", "hair dye", "hair oil", "hair removal",
    "hand cream", "ipl", "lash extension*", "lip balm", "lip gloss", "lipstick*", "lotion*",
    "make up", "makeup", "mascara*", "microblading", "microneedl*", "moisturiser*",
    "moisturizer*", "mouthwash", "nail gel", "nail glue", "nail polish", "peeling", "perfume*",
    "pore cleaner", "serum*", "shampoo*", "skin care", "skin cream", "skincare", "soap",
    "sun cream", "sunscreen*", "tattoo", "tattoo ink", "toothpaste", "wax strips",
};

/* Toys, unless for animals. */
static const char *const restricted_toys[] = {
    "doll", "dolls", "plush animal*", "plush bear*", "plush doll*", "plush toy*", "plushie*",
    "puzzle", "puzzles", "stuffed animal*", "toy", "toys",
};

static const char *const for_animals[] = {
    "animal toy*", "bird", "cat", "dog", "hamster", "horse", "kitten", "parrot", "pet", "pets",
    "puppies", "puppy", "rabbit",
};

static const char *const allowed_cosmetics[] = {
    "cat hair removal*", "cosmetic bag*", "cosmetic organiser*", "cosmetic organizer*",
    "cosmetic storage", "cosmetics storage", "dog hair removal*", "lint", "lipstick holder*",
    "lotion bottle*", "lotion dispenser*", "make up bag*", "makeup bag*", "makeup brush*",
    "makeup mirror*", "makeup organiser*", "makeup organizer*", "makeup storage",
    "pet hair remov*", "pet hair removal*", "shampoo bottle*", "shampoo brush*", "soap box*",
    "soap dish*", "soap dispenser*", "soap holder*", "soap pump*", "soap rack*",
};

static const char *const restricted_children[] = {
    "arm floats", "babies", "baby", "baby bottle*", "balloon*", "bambin*", "bib", "bibs",
    "booster seat", "building blocks", "cabinet lock*", "car seat", "child", "children",
    "childrens", "cot bed", "cradle", "crib", "cribs", "diaper*", "dummy clip", "enfant*",
    "feeding bottle*", "fidget*", "helmet*", "high chair", "hoverboard*", "infant*", "kid",
    "kids", "kinder", "kinderen", "life jacket*", "life vest*", "nappies", "nappy", "newborn*",
    "nino", "ninos", "nursery", "outlet cover*", "pacifier*", "playpen*", "pram", "pushchair*",
    "rattle*", "safety gate", "scooter*", "sippy cup", "slime", "socket cover*", "stair gate",
    "stroller*", "stuffed animal*", "swim ring", "swimming ring", "teether*", "teething",
    "toddler*", "trampoline*", "water beads",
};

static const char *const allowed_children[] = {
    "baby blue", "baby breath", "baby pink", "kid leather",
};

static const char *const restricted_energy[] = {
    "110v", "18650", "220v", "230v", "ac adapter*", "accumulator", "batteries", "battery",
    "butane", "camping stove*", "candle warmer*", "charger", "chargers", "curling iron*",
    "diffuser*", "drone*", "e bike*", "ebike*", "electric blanket*", "extension cord*",
    "fire pit*", "flat iron*", "gas canister*", "gas stove*", "hair dryer*", "hair straighten*",
    "heated", "heater*", "heating", "hot plate", "humidifier*", "immersion", "iron steamer",
    "laser*", "li ion", "lighter", "lighters", "lipo", "lithium", "magnet*", "magnetic*",
    "magnets", "mains", "neodymium", "oil burner*", "ozone generator*", "plasma lighter*",
    "power adapter*", "power bank*", "power station", "power strip*", "powerbank*",
    "pressure cooker*", "propane", "rechargeable", "socket outlet*", "straightener*",
    "torch lighter*", "uv lamp*", "uv light*", "uvc", "wax melter*",
};

static const char *const allowed_energy[] = {
    "batteries not required", "battery free", "laser cut", "laser cutting", "laser engraved",
    "laser engraving", "laser etched", "lighter than", "lighter weight", "no batteries",
    "no battery", "no battery required", "reed diffuser stick", "tea light",
    "wireless charger stand cover", "without batteries", "without battery",
};

/* Placed on the EU market only with papers of the maker. */
static const char *const restricted_eu[] = {
    "bluetooth", "climbing", "gas", "goggles", "ladder*", "protective glove*", "radio",
    "remote control*", "safety glasses", "sunglasses", "walkie talkie*", "wifi", "wireless",
    "work gloves",
};
