/* Prices, stock, delivery, pressure, invented voices, persons addressed, bait.
 * Only for text_groups.c; the form of a phrase is that of words_match().  When a list changes, so does its version there. */

/* clang-format off */
/* Rendered from live data, never written. */
static const char *const words_terms[] = {
    "price", "priced", "pricing", "prices", "cheap", "cheaply", "cheaper", "inexpensive",
    "affordable", "affordably", "low cost", "cost effective", "budget", "bargain*",
    "value for money", "great value", "good value", "save money", "saves money", "saving money",
    "save up to", "you save", "discount*", "percent off", "per cent off", "% off", "on sale",
    "hot sale", "sale", "sales", "for sale", "clearance", "coupon*", "voucher*", "promo",
    "promo code", "promotion*", "special offer", "deal", "deals", "rebate", "cashback",
    "cash back", "buy one get one", "bogo", "buy 1 get 1", "free gift", "gift with purchase",
    "free shipping", "shipping", "free delivery", "delivery", "delivered", "dispatch*", "dhl",
    "fedex", "usps", "arrives in", "arrive in", "arrives within", "business days", "working days",
    "next day", "same day", "lead time", "in stock", "out of stock", "stock", "restock*",
    "back in stock", "sold out", "warehouse", "inventory", "warranty", "warranties", "warrantee",
    "money back", "moneyback", "refund*", "return policy", "free returns", "easy returns",
    "day returns", "day return", "days return", "trial period", "free trial", "moq", "wholesale",
    "dropship*", "drop ship*", "rrp", "msrp", "retail price", "usd", "eur", "gbp", "dollar",
    "dollars", "euro", "euros", "pounds sterling", "cents", "preis", "preise", "gunstig",
    "gunstige", "billig", "rabatt*", "versandkostenfrei", "versand", "lieferzeit", "lieferung",
    "auf lager", "angebot", "prix", "pas cher", "livraison", "remise", "en stock", "soldes",
    "precio", "precios", "barato", "barata", "envio", "envio gratis", "descuento*", "oferta",
    "rebajas", "prijs", "prijzen", "goedkoop", "verzending", "gratis verzending", "korting",
    "aanbieding", "levertijd", "prezzo", "prezzi", "economico", "spedizione", "sconto", "sconti",
    "offerta", "express shipping", "express delivery", "ships in", "ships within", "ships from",
    "ships today", "ships free", "shipped within", "shipped from", "we ship", "ships worldwide",
    "ships same",
};

static const char *const allowed_terms[] = {
    "express yourself", "shipped flat", "rolling stock", "stock pot", "stockpot",
    "budget planner", "price tag holder",
};

static const char *const words_scarcity[] = {
    "only a few", "few left", "left in stock", "last chance", "limited time", "limited stock",
    "limited offer", "limited quantity", "limited quantities", "limited edition",
    "limited supply", "while supplies last", "while stocks last", "while stock lasts",
    "selling fast", "sells fast", "selling out", "almost gone", "nearly gone", "going fast",
    "hurry", "hurry up", "act now", "act fast", "act quickly", "order now", "order today",
    "order soon", "buy now", "buy today", "shop now", "get yours now", "get yours today",
    "get it now", "get yours before", "dont miss", "do not miss", "dont wait", "do not wait",
    "before it is too late", "before its gone", "before they are gone", "too late", "today only",
    "only today", "this week only", "ends today", "ends soon", "ends tonight", "ending soon",
    "offer ends", "countdown", "flash sale", "black friday", "cyber monday", "prime day",
    "people are viewing", "people are looking", "in their carts", "high demand", "hot item",
    "hot product", "hot selling", "trending", "viral", "hype", "was 99", "reduced from",
    "marked down", "price drop", "nur heute", "nur noch", "jetzt kaufen", "jetzt bestellen",
    "solange der vorrat", "letzte chance", "begrenzt*", "achetez maintenant", "derniere chance",
    "plus que", "quantite limitee", "stock limite", "solo hoy", "ultima oportunidad",
    "ultimas unidades", "compra ahora", "alleen vandaag", "laatste kans", "op is op", "koop nu",
    "solo oggi", "ultima occasione", "ultimi pezzi", "compra ora", "acquista ora",
};

/* Voices nobody heard. */
static const char *const words_proof[] = {
    "review", "reviews", "reviewed", "reviewer*", "rating", "ratings", "rated", "five star*",
    "five stars", "5 star", "5 stars", "4 star", "star rating", "stars", "testimonial*",
    "happy customer*", "satisfied customer*", "happy buyers", "happy owners", "happy clients",
    "our customers", "customers love", "customers say", "customer favorite", "customer favourite",
    "people love", "loved by", "adored by", "trusted by", "recommended by", "approved by",
    "chosen by", "favorite of", "favourite of", "fan favorite", "fan favourite", "thousands of",
    "hundreds of", "millions of", "tens of thousands", "as seen on", "seen on tv", "as featured",
    "featured in", "tv hit", "tiktok made me", "influencer*", "celebrity", "celebrities",
    "celebs", "i love", "i loved", "i bought", "i use", "i have been using", "i am", "im",
    "my dog", "my cat", "my wife", "my husband", "my kids", "my son", "my daughter", "my family",
    "my skin", "my favorite", "my favourite", "we love", "we tested", "we recommend",
    "changed my life", "highly recommend", "highly recommended", "would recommend", "recommend",
    "recommended", "verified buyer", "verified purchase", "verified customer", "experts",
    "expert", "experts agree", "studies", "study shows", "research shows", "survey*",
    "statistics show", "sold over", "copies sold", "units sold", "already sold",
    "kundenbewertung*", "bewertung*", "zufriedene kunden", "begeistert", "bekannt aus",
    "avis clients", "clients satisfaits", "vu a la tele", "opiniones", "clientes satisfechos",
    "visto en tv", "klantbeoordeling*", "tevreden klanten", "bekend van", "recensione",
    "recensioni", "clienti soddisfatti", "visto in tv",
};

static const char *const allowed_proof[] = {
    "star shaped", "stars pattern", "stars print", "star rating board", "case study",
    "study room", "study desk", "home study", "for study", "study lamp", "moon and stars",
    "stars and moon", "rated voltage", "rated power", "rated current", "rated capacity",
    "rated input", "rated load",
};

static const char *const words_personal[] = {
    "are you", "do you have", "do you suffer", "do you struggle", "do you hate", "suffer from",
    "suffering from", "struggle with", "struggling with", "struggling", "tired of", "sick of",
    "fed up with", "embarrassed", "ashamed", "your weight", "your age", "your wrinkles",
    "your acne", "your belly", "your debt", "your illness", "your condition", "your disability",
    "your religion", "your race", "your ethnicity", "your sexuality", "your gender",
    "your income", "your finances", "your divorce", "your criminal", "overweight", "obese",
    "obesity", "fat people", "chubby", "plus size women", "ugly", "bald", "balding",
    "hair thinning", "old people", "elderly", "seniors", "senior citizens", "aging parents",
    "over 40", "over 50", "over 60", "over 70", "over fifty", "over forty", "over sixty",
    "other women", "other men", "women over", "men over", "women like you", "men like you",
    "people like you", "real men", "real women", "single women", "single men", "single moms",
    "single mums", "singles", "lonely", "broke", "poor people", "in debt", "unemployed",
    "low income", "bankrupt*", "divorced", "pregnan*", "disabled", "disability", "wheelchair*",
    "handicap*", "christian*", "muslim*", "islamic", "jewish", "hindu*", "buddhist*", "catholic*",
    "atheist*", "gay", "lesbian*", "lgbt*", "queer", "transgender*", "homosexual*", "bisexual*",
    "black people", "white people", "black women", "black men", "asian people", "asian women",
    "asian men", "latino*", "latina*", "african american*", "immigrant*", "refugee*",
    "foreigner*", "conservatives", "liberals", "republican*", "democrat*", "teenager*", "teens",
    "adolescents", "sind sie", "leiden sie", "ubergewichtig*", "etes vous", "souffrez vous",
    "surpoids", "sufre usted", "sobrepeso", "bent u", "ben je", "overgewicht", "sei stanco",
    "soffri di", "sovrappeso",
};

static const char *const words_bait[] = {
    "click", "click here", "click below", "clicking", "tap here", "tap below", "tap the link",
    "swipe up", "swipe left", "scroll down", "link in bio", "link below", "link in description",
    "visit our", "check out our", "follow us", "subscribe", "like and share", "share this",
    "dm us", "comment below", "you wont believe", "you will not believe", "wont believe",
    "shocking", "shocked", "secret", "secrets", "trick", "tricks", "hack", "hacks", "life hack",
    "one weird", "this is why", "what happens next", "gone wrong", "nobody tells you",
    "no one tells you", "they dont want you", "doctors hate", "congratulations", "you have won",
    "you won", "winner", "play now", "play button", "watch now", "download now", "download",
    "install now", "sign up", "join now", "join us", "learn more", "read more", "find out more",
    "find out why", "discover why", "see why", "wait until", "stop scrolling", "stop wasting",
    "dont scroll", "say goodbye", "say goodbye to", "no more", "wow", "omg", "http", "https",
    "www", "dot com", "ignore previous", "ignore all", "ignore the above",
    "previous instructions", "system prompt", "as an ai", "language model", "ai language",
    "i cannot", "i can not", "im sorry", "sure here", "klicken sie", "hier klicken",
    "cliquez ici", "lien dans la bio", "haz clic", "enlace en la bio", "klik hier", "clicca qui",
    "link in der bio",
};

static const char *const allowed_bait[] = {
    "click lock", "click closure", "click mechanism", "click system", "click together",
    "clicks into place", "clicks shut",
};
