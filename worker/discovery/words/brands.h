/* Names that belong to somebody.
 * Only for text_groups.c; the form of a phrase is that of words_match().  Lists are sorted.  When a list changes, so does its version there. */

/* clang-format off */
/* Makers, shops, characters, clubs, persons. */
static const char *const brands[] = {
    "abercrombie", "ac milan", "adidas", "air jordan", "ajax amsterdam", "albert einstein",
    "aldi", "alibaba", "aliexpress", "amazon", "ariana grande", "armani", "arsenal fc", "asics",
    "asterix", "attack on titan", "audemars", "avengers", "baby yoda", "bad bunny", "balenciaga",
    "band aid", "barbapapa", "barbie", "barcelona fc", "batman", "bayern munchen",
    "bayern munich", "beckham", "bentley", "beyblade", "beyonce", "billie eilish", "birkenstock",
    "birkin", "blackpink", "bluey", "borussia dortmund", "botox", "bottega veneta", "bratz",
    "breitling", "bts", "budweiser", "bugatti", "bugs bunny", "bulgari", "burberry",
    "burger king", "buzz lightyear", "bvlgari", "calvin klein", "camelbak", "canada goose",
    "captain america", "care bears", "carhartt", "cartier", "casio", "cc earrings", "chanel",
    "charizard", "chelsea fc", "chicago bulls", "cinnamoroll", "citizen watch", "clinique",
    "coach handbag", "coca cola", "cocacola", "cocomelon", "colgate", "columbia sportswear",
    "contigo", "converse all star", "converse shoes", "costco", "crock pot", "crockpot", "crocs",
    "dallas cowboys", "darth vader", "deadpool", "demon slayer", "dickies", "dior", "disney",
    "disney stitch", "dolce gabbana", "donald duck", "dragon ball", "duplo", "dwayne johnson",
    "ebay", "elmo", "elon musk", "elsa frozen", "elvis presley", "estee lauder", "etsy",
    "facebook", "fc barcelona", "fc bayern", "fendi", "fenty", "ferrari", "fifa", "fila",
    "fisher price", "foreo", "formica", "formula 1", "formula one", "fortnite", "frida kahlo",
    "frozen elsa", "funko", "g shock", "game of thrones", "garfield", "gg belt", "ghibli",
    "gillette", "givenchy", "godzilla", "goku", "golden state warriors", "gollum", "gore tex",
    "goretex", "grinch", "grogu", "gryffindor", "gucci", "guess jeans", "guinness", "gundam",
    "haribo", "harley quinn", "harry potter", "harry styles", "hasbro", "heineken", "heinz",
    "hello kitty", "hermes", "hogwarts", "hollister", "hot wheels", "hublot", "hugo boss", "hulk",
    "hydro flask", "ikea", "instagram", "inter milan", "iron man", "jack daniels", "jacuzzi",
    "jagermeister", "james bond", "jenga", "jimmy choo", "johnson and johnson", "joker mask",
    "jordan shoes", "jujutsu kaisen", "jurassic park", "jurassic world", "justin bieber",
    "juventus", "kanye", "kardashian", "kate spade", "kevlar", "kfc", "kitkat", "kleenex",
    "kuromi", "kylie jenner", "labubu", "lacoste", "lakers", "lamborghini", "lancome",
    "le creuset", "leatherman", "lebron", "lego", "levis", "lidl", "lightning mcqueen",
    "lilo and stitch", "liverpool fc", "looney tunes", "lord of the rings", "loreal", "louboutin",
    "louis vuitton", "luffy", "lululemon", "lv bag", "lv style", "lycra", "magna tiles",
    "manchester city", "manchester united", "mandalorian", "marilyn monroe", "mario kart",
    "marvel", "maserati", "mattel", "maybelline", "mbappe", "mcdonalds", "messi", "metallica",
    "michael jackson", "michael jordan", "michael kors", "mickey mouse", "miffy", "minecraft",
    "minions", "minnie mouse", "miu miu", "mlb", "moleskine", "moncler", "monopoly",
    "monster energy", "moomin", "my little pony", "my melody", "nalgene", "naruto", "nba", "nerf",
    "nestle", "netflix", "new balance", "new york giants", "nfl", "nhl", "nike", "nike air",
    "nivea", "north face", "nutella", "oakley", "off white hoodie", "olaplex", "olympic games",
    "olympics", "omega seamaster", "omega watch", "oprah", "optimus prime", "oral b", "oreo",
    "owala", "paddington bear", "pampers", "pandora", "pandora charm", "paris saint germain",
    "patagonia", "patek philippe", "paw patrol", "peppa pig", "pepsi", "peter rabbit", "pikachu",
    "pinterest", "play doh", "playmobil", "plexiglas", "plexiglass", "pokemon", "polly pocket",
    "pop mart", "post it note*", "prada", "psg", "puma", "pyrex", "q tips", "ralph lauren",
    "ray ban", "rayban", "real madrid", "red bull", "reebok", "rihanna", "roblox", "rolex",
    "rolling stones", "rolls royce", "ronaldo", "rubiks", "sailor moon", "sanrio", "seiko",
    "selena gomez", "sephora", "sesame street", "sharpie", "shein", "shrek", "simpsons",
    "skechers", "smurf", "smurfs", "snapchat", "snoopy", "sonic the hedgehog", "spider man",
    "spiderman", "spongebob", "spotify", "squid game", "squishmallow*", "stanley cup",
    "stanley quencher", "stanley tumbler", "star wars", "starbucks", "stormtrooper",
    "stranger things", "stussy", "styrofoam", "super bowl", "super mario", "superman",
    "supreme box logo", "swarovski", "swatch watch", "swiss army", "tag heuer", "tamagotchi",
    "taylor swift", "teflon", "teletubbies", "temu", "the beatles", "the north face",
    "the ordinary serum", "thomas the tank", "tiktok", "timberland", "tom and jerry",
    "tommy hilfiger", "totoro", "tottenham", "tour de france", "toy story", "transformers movie",
    "transformers toy*", "tupperware", "twitter", "uefa", "ugg", "uggs", "umbro", "under armour",
    "uniqlo", "valentino", "vans old skool", "vans shoes", "vaseline", "velcro", "versace",
    "victorinox", "walmart", "wednesday addams", "whatsapp", "wimbledon", "winnie the pooh",
    "wolverine", "wonder woman", "wrangler jeans", "yankee candle", "yankees", "yeezy",
    "yeti cooler", "yeti rambler", "yeti tumbler", "yoda", "youtube", "ysl", "yves saint laurent",
    "zara", "zelda", "ziploc", "zippo",
};

/* Names that are common words, too. */
static const char *const brands_ambiguous[] = {
    "apple", "stanley", "tiffany",
};

static const char *const allowed_ambiguous[] = {
    "apple cider", "apple corer*", "apple cutter*", "apple divider*", "apple fruit",
    "apple green", "apple juice", "apple peeler*", "apple picker*", "apple pie", "apple sauce",
    "apple shape*", "apple slicer*", "apple tree*", "apple wood", "pine apple", "tiffany blue",
};

/* Things others make accessories for: "for ..." is compatibility, which a person judges. */
static const char *const brands_devices[] = {
    "acer laptop", "air fryer philips", "airpod", "airpods", "airtag", "airtags", "alexa",
    "android", "anker", "apple airpods", "apple carplay", "apple device*", "apple ipad",
    "apple iphone", "apple pencil", "apple phone", "apple phone case", "apple tv", "apple watch",
    "arduino", "asus", "audi", "beats by dre", "beats studio", "bernina", "black and decker",
    "bmw", "bosch", "bose", "braun shaver", "brita", "brompton", "brother printer",
    "canon camera", "carplay", "chevrolet", "chromecast", "cricut", "dell laptop", "delonghi",
    "dewalt", "dji", "dolce gusto", "ducati", "dyson", "echo dot", "ecovacs", "epson",
    "fire stick", "fire tv", "fitbit", "for apple device*", "for apple phone", "ford f150",
    "ford mustang", "fujifilm", "galaxy buds", "galaxy note", "galaxy phone", "galaxy s",
    "galaxy watch", "gardena", "garmin", "google", "google home", "google pixel", "gopro",
    "harley davidson", "honda", "hoover", "hp printer", "huawei", "husqvarna", "hyundai", "imac",
    "instant pot", "instax", "ipad", "iphone", "iphones", "ipod", "irobot", "jaguar car", "jbl",
    "jeep", "jeep wrangler", "juki", "jura coffee", "karcher", "kawasaki", "keurig", "kia car",
    "kindle", "kitchenaid", "land rover", "lenovo", "lg tv", "lightning port", "logitech",
    "macbook", "magsafe", "makita", "mazda", "mercedes", "mercedes benz", "mi band", "microsoft",
    "miele", "milwaukee", "mini cooper", "moccamaster", "motorola", "nespresso", "nikon",
    "ninja blender", "ninja creami", "ninja foodi", "nintendo", "nintendo switch", "nissan",
    "nokia", "nutribullet", "oneplus", "oppo phone", "panasonic", "peloton", "philips",
    "playstation", "porsche", "ps4", "ps5", "range rover", "raspberry pi", "razer", "realme",
    "redmi", "roborock", "roku", "roomba", "rowenta", "ryobi", "samsung", "sennheiser", "senseo",
    "shark navigator", "shark vacuum", "shimano", "siemens", "singer sewing", "siri",
    "soda stream", "sodastream", "sonicare", "sony", "steam deck", "stihl", "subaru",
    "surface pro", "suzuki", "tassimo", "tefal", "tesla", "tesla model", "theragun", "thermomix",
    "thinkpad", "toyota", "traeger", "vespa", "vitamix", "volkswagen", "volvo", "vorwerk",
    "vw golf", "waterpik", "weber grill", "windows pc", "xbox", "xiaomi", "xiaomi scooter",
    "yamaha",
};

/* Common words of the same spelling. */
static const char *const allowed_brands[] = {
    "amazon jungle", "amazon rainforest", "amazon river", "dior de", "marvel at", "one piece",
    "puma animal", "sharpie style lines", "tiffany blue",
};

/* What stands before a name of which only the fit is told. */
static const char *const compatible_with[] = {
    "compatible", "compatible with", "connect to", "connects to", "designed for", "fit", "fits",
    "fitting", "for", "made for", "replacement for", "suitable for", "suits", "supports",
    "use with", "used with", "work with", "works with",
};
