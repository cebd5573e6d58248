/* Names that belong to somebody.
 * Only for text_groups.c; the form of a phrase is that of words_match().  When a list changes, so does its version there. */

/* clang-format off */
/* Makers, shops, characters, clubs, persons. */
static const char *const brands[] = {
    "nike", "adidas", "puma", "reebok", "asics", "new balance", "fila", "skechers", "umbro",
    "lacoste", "under armour", "lululemon", "north face", "the north face", "patagonia",
    "canada goose", "moncler", "timberland", "birkenstock", "crocs", "ugg", "uggs", "vans shoes",
    "vans old skool", "levis", "wrangler jeans", "tommy hilfiger", "calvin klein", "ralph lauren",
    "hugo boss", "michael kors", "kate spade", "coach handbag", "guess jeans", "abercrombie",
    "hollister", "zara", "uniqlo", "gucci", "prada", "chanel", "dior", "louis vuitton", "lv bag",
    "hermes", "birkin", "versace", "balenciaga", "burberry", "fendi", "yves saint laurent", "ysl",
    "givenchy", "valentino", "armani", "bottega veneta", "miu miu", "dolce gabbana", "jimmy choo",
    "louboutin", "bulgari", "bvlgari", "cartier", "swarovski", "pandora charm", "pandora",
    "rolex", "omega watch", "omega seamaster", "patek philippe", "audemars", "hublot",
    "tag heuer", "casio", "g shock", "seiko", "citizen watch", "swatch watch", "breitling",
    "ray ban", "rayban", "oakley", "supreme box logo", "off white hoodie", "yeezy", "air jordan",
    "jordan shoes", "nike air", "stussy", "carhartt", "dickies", "columbia sportswear", "lego",
    "duplo", "playmobil", "barbie", "hot wheels", "nerf", "funko", "jenga", "monopoly", "rubiks",
    "tamagotchi", "squishmallow*", "labubu", "pop mart", "fisher price", "mattel", "hasbro",
    "bratz", "polly pocket", "magna tiles", "play doh", "beyblade", "optimus prime", "gundam",
    "my little pony", "care bears", "smurf", "smurfs", "moomin", "disney", "mickey mouse",
    "minnie mouse", "donald duck", "winnie the pooh", "elsa frozen", "frozen elsa",
    "lilo and stitch", "disney stitch", "toy story", "buzz lightyear", "lightning mcqueen",
    "marvel", "avengers", "spider man", "spiderman", "iron man", "captain america", "hulk",
    "deadpool", "wolverine", "batman", "superman", "wonder woman", "harley quinn", "joker mask",
    "star wars", "darth vader", "baby yoda", "yoda", "mandalorian", "grogu", "stormtrooper",
    "harry potter", "hogwarts", "gryffindor", "pokemon", "pikachu", "charizard", "hello kitty",
    "sanrio", "kuromi", "cinnamoroll", "my melody", "naruto", "luffy", "dragon ball", "goku",
    "demon slayer", "attack on titan", "jujutsu kaisen", "sailor moon", "totoro", "ghibli",
    "snoopy", "garfield", "peppa pig", "paw patrol", "bluey", "cocomelon", "sesame street",
    "elmo", "teletubbies", "thomas the tank", "minecraft", "roblox", "fortnite", "super mario",
    "mario kart", "zelda", "sonic the hedgehog", "minions", "shrek", "simpsons", "spongebob",
    "looney tunes", "bugs bunny", "tom and jerry", "grinch", "game of thrones",
    "lord of the rings", "gollum", "stranger things", "squid game", "wednesday addams",
    "godzilla", "jurassic park", "jurassic world", "james bond", "barbapapa", "asterix",
    "paddington bear", "peter rabbit", "miffy", "real madrid", "fc barcelona", "barcelona fc",
    "manchester united", "manchester city", "liverpool fc", "arsenal fc", "chelsea fc",
    "tottenham", "bayern munich", "bayern munchen", "fc bayern", "juventus",
    "paris saint germain", "psg", "ac milan", "inter milan", "borussia dortmund",
    "ajax amsterdam", "nba", "nfl", "mlb", "nhl", "fifa", "uefa", "olympic games", "olympics",
    "super bowl", "lakers", "yankees", "dallas cowboys", "chicago bulls", "golden state warriors",
    "new york giants", "formula 1", "formula one", "wimbledon", "tour de france", "taylor swift",
    "beyonce", "messi", "ronaldo", "mbappe", "kardashian", "kylie jenner", "elon musk", "bts",
    "blackpink", "rihanna", "justin bieber", "ariana grande", "harry styles", "michael jordan",
    "kanye", "billie eilish", "bad bunny", "lebron", "beckham", "selena gomez", "oprah",
    "dwayne johnson", "michael jackson", "elvis presley", "marilyn monroe", "frida kahlo",
    "albert einstein", "the beatles", "metallica", "rolling stones", "coca cola", "cocacola",
    "pepsi", "starbucks", "mcdonalds", "burger king", "kfc", "nutella", "red bull",
    "monster energy", "oreo", "kitkat", "haribo", "heinz", "nestle", "heineken", "budweiser",
    "guinness", "jack daniels", "jagermeister", "loreal", "maybelline", "nivea", "estee lauder",
    "clinique", "lancome", "sephora", "fenty", "olaplex", "foreo", "the ordinary serum",
    "gillette", "oral b", "colgate", "pampers", "johnson and johnson", "vaseline", "botox",
    "velcro", "teflon", "lycra", "gore tex", "goretex", "kevlar", "plexiglas", "plexiglass",
    "jacuzzi", "crock pot", "crockpot", "ziploc", "sharpie", "band aid", "q tips", "tupperware",
    "pyrex", "hydro flask", "yeti tumbler", "yeti cooler", "yeti rambler", "stanley cup",
    "stanley tumbler", "stanley quencher", "owala", "camelbak", "contigo", "nalgene",
    "le creuset", "moleskine", "zippo", "swiss army", "victorinox", "leatherman", "yankee candle",
    "kleenex", "styrofoam", "formica", "ikea", "amazon", "ebay", "aliexpress", "alibaba", "temu",
    "shein", "walmart", "costco", "etsy", "lidl", "aldi", "tiktok", "instagram", "facebook",
    "youtube", "netflix", "spotify", "whatsapp", "snapchat", "twitter", "pinterest", "ferrari",
    "lamborghini", "bugatti", "maserati", "rolls royce", "bentley", "post it note*",
    "transformers toy*", "transformers movie", "converse all star", "converse shoes",
};

/* Names that are common words, too. */
static const char *const brands_ambiguous[] = {
    "apple", "stanley", "tiffany",
};

static const char *const allowed_ambiguous[] = {
    "apple corer*", "apple slicer*", "apple cutter*", "apple peeler*", "apple tree*",
    "apple green", "apple shape*", "apple cider", "apple fruit", "apple wood", "apple pie",
    "apple juice", "apple sauce", "apple picker*", "apple divider*", "pine apple", "tiffany blue",
};

/* Things others make accessories for: "for ..." is compatibility, which a person judges. */
static const char *const brands_devices[] = {
    "iphone", "iphones", "ipad", "ipod", "airpod", "airpods", "airtag", "airtags", "macbook",
    "imac", "magsafe", "apple watch", "apple pencil", "apple tv", "apple carplay", "apple iphone",
    "apple ipad", "apple airpods", "apple phone", "carplay", "siri", "lightning port", "samsung",
    "galaxy buds", "galaxy watch", "galaxy s", "galaxy note", "galaxy phone", "huawei", "xiaomi",
    "redmi", "mi band", "oppo phone", "oneplus", "realme", "nokia", "motorola", "sony",
    "playstation", "ps4", "ps5", "xbox", "nintendo", "nintendo switch", "steam deck", "microsoft",
    "surface pro", "google", "google pixel", "google home", "chromecast", "alexa", "echo dot",
    "kindle", "fire tv", "fire stick", "android", "windows pc", "fitbit", "garmin", "gopro",
    "dji", "canon camera", "nikon", "fujifilm", "instax", "bose", "jbl", "beats by dre",
    "beats studio", "sennheiser", "logitech", "razer", "anker", "lenovo", "thinkpad",
    "dell laptop", "asus", "acer laptop", "hp printer", "epson", "brother printer",
    "raspberry pi", "arduino", "philips", "sonicare", "panasonic", "bosch", "siemens", "makita",
    "dewalt", "milwaukee", "ryobi", "black and decker", "karcher", "stihl", "husqvarna", "dyson",
    "irobot", "roomba", "roborock", "ecovacs", "shark vacuum", "shark navigator", "ninja foodi",
    "ninja blender", "ninja creami", "keurig", "nespresso", "dolce gusto", "senseo", "tassimo",
    "kitchenaid", "thermomix", "vorwerk", "vitamix", "nutribullet", "instant pot",
    "air fryer philips", "soda stream", "sodastream", "brita", "waterpik", "theragun",
    "weber grill", "traeger", "bmw", "mercedes", "mercedes benz", "audi", "volkswagen", "vw golf",
    "porsche", "toyota", "honda", "nissan", "hyundai", "kia car", "mazda", "subaru", "volvo",
    "mini cooper", "tesla", "tesla model", "ford mustang", "ford f150", "chevrolet", "jeep",
    "jeep wrangler", "land rover", "range rover", "jaguar car", "harley davidson", "yamaha",
    "kawasaki", "ducati", "suzuki", "vespa", "xiaomi scooter", "brompton", "shimano", "peloton",
    "cricut", "bernina", "singer sewing", "juki", "gardena", "hoover", "miele", "rowenta",
    "tefal", "braun shaver", "moccamaster", "delonghi", "jura coffee", "lg tv", "roku",
    "apple phone case", "apple device*", "for apple phone", "for apple device*",
};

/* Common words of the same spelling. */
static const char *const allowed_brands[] = {
    "tiffany blue", "puma animal", "one piece", "marvel at", "sharpie style lines", "dior de",
    "amazon rainforest", "amazon jungle", "amazon river",
};

/* What stands before a name of which only the fit is told. */
static const char *const compatible_with[] = {
    "for", "fits", "fit", "fitting", "compatible with", "compatible", "works with", "work with",
    "suitable for", "suits", "designed for", "made for", "replacement for", "use with",
    "used with", "connects to", "connect to", "supports",
};
