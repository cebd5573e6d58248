/* Prices, stock, delivery, pressure, invented voices, persons addressed, bait.
 * Only for text_groups.c; the form of a phrase is that of words_match().  Lists are sorted.  When a list changes, so does its version there. */

/* clang-format off */
/* Rendered from live data, never written. */
static const char *const words_terms[] = {
    "% off", "aanbieding", "affordable", "affordably", "angebot", "arrive in", "arrives",
    "arrives in", "arrives within", "auf lager", "back in stock", "barata", "barato", "bargain*",
    "billig", "bogo", "budget", "business days", "buy 1 get 1", "buy one get one", "cash back",
    "cashback", "cents", "cheap", "cheaper", "cheaply", "clearance", "code", "cost effective",
    "coupon*", "day return", "day returns", "days return", "deal", "deals", "delivered",
    "delivery", "descuento*", "dhl", "discount*", "dispatch*", "dollar", "dollars", "drop ship*",
    "dropship*", "easy returns", "economico", "en stock", "envio", "envio gratis", "eur", "euro",
    "euros", "express delivery", "express shipping", "fair price", "fedex", "for less",
    "for sale", "free delivery", "free gift", "free returns", "free shipping", "free trial",
    "gbp", "gift with purchase", "goedkoop", "good price", "good value", "gratis verzending",
    "great value", "gunstig", "gunstige", "hot sale", "in stock", "inexpensive", "inventory",
    "korting", "lead time", "levertijd", "lieferung", "lieferzeit", "little money", "livraison",
    "low cost", "low price", "money back", "moneyback", "moq", "msrp", "next day", "oferta",
    "offerta", "on sale", "out of stock", "pas cher", "per cent off", "percent off",
    "pounds sterling", "precio", "precios", "preis", "preise", "prezzi", "prezzo", "price",
    "priced", "prices", "pricing", "prijs", "prijzen", "prix", "promo", "promo code",
    "promotion*", "rabatt*", "ready to go out", "ready to ship", "rebajas", "rebate", "refund*",
    "remise", "restock*", "retail price", "return it", "return policy", "returns accepted", "rrp",
    "sale", "sales", "same day", "save money", "save up to", "saves money", "saving money",
    "sconti", "sconto", "send it back", "sent back", "shipped from", "shipped within", "shipping",
    "ships free", "ships from", "ships in", "ships same", "ships today", "ships within",
    "ships worldwide", "sold out", "soldes", "special offer", "spedizione", "stock",
    "trial period", "usd", "use code", "usps", "value for money", "versand", "versandkostenfrei",
    "verzending", "voucher*", "warehouse", "warrantee", "warranties", "warranty", "we ship",
    "wholesale", "working days", "worth every", "you save",
};

static const char *const allowed_terms[] = {
    "budget planner", "express yourself", "price tag holder", "rolling stock", "shipped flat",
    "stock pot", "stockpot",
};

static const char *const words_scarcity[] = {
    "achetez maintenant", "acquista ora", "act fast", "act now", "act quickly", "alleen vandaag",
    "almost gone", "before it is too late", "before its gone", "before they are gone",
    "begrenzt*", "black friday", "buy now", "buy today", "compra ahora", "compra ora",
    "countdown", "cyber monday", "derniere chance", "do not miss", "do not wait", "dont miss",
    "dont wait", "ending soon", "ends soon", "ends today", "ends tonight", "few left",
    "flash sale", "get it now", "get yours before", "get yours now", "get yours today",
    "going fast", "high demand", "hot item", "hot product", "hot selling", "hurry", "hurry up",
    "hype", "in their carts", "jetzt bestellen", "jetzt kaufen", "koop nu", "laatste kans",
    "last chance", "left in stock", "letzte chance", "limited edition", "limited offer",
    "limited quantities", "limited quantity", "limited stock", "limited supply", "limited time",
    "marked down", "nearly gone", "nur heute", "nur noch", "offer ends", "only a few",
    "only today", "op is op", "order now", "order soon", "order today", "people are looking",
    "people are viewing", "plus que", "price drop", "prime day", "quantite limitee",
    "reduced from", "selling fast", "selling out", "sells fast", "shop now", "solange der vorrat",
    "solo hoy", "solo oggi", "stock limite", "this week only", "today only", "too late",
    "trending", "ultima occasione", "ultima oportunidad", "ultimas unidades", "ultimi pezzi",
    "viral", "was 99", "while stock lasts", "while stocks last", "while supplies last",
};

/* Voices nobody heard. */
static const char *const words_proof[] = {
    "4 star", "5 star", "5 stars", "adore", "adored by", "adores", "already sold", "approved by",
    "as featured", "as seen on", "avis clients", "award", "begeistert", "bekannt aus",
    "bekend van", "bewertung*", "cats love", "celebrities", "celebrity", "celebs",
    "changed my life", "choice of", "chosen by", "clientes satisfechos", "clienti soddisfatti",
    "clients satisfaits", "copies sold", "customer favorite", "customer favourite",
    "customers love", "customers say", "dogs love", "everyone loves", "expert", "experts",
    "experts agree", "famous", "fan favorite", "fan favourite", "favorite", "favorite of",
    "favourite", "favourite of", "featured in", "first choice of", "five star*", "five stars",
    "happy buyers", "happy clients", "happy customer*", "happy owners", "highly recommend",
    "highly recommended", "hundreds of", "i am", "i bought", "i have been using", "i love",
    "i loved", "i use", "im", "influencer*", "kids love", "klantbeoordeling*", "kundenbewertung*",
    "love it", "loved", "loved by", "loved it", "loves it", "millions of", "my cat",
    "my daughter", "my dog", "my family", "my favorite", "my favourite", "my husband", "my kids",
    "my skin", "my son", "my wife", "opiniones", "our customers", "out of 10", "out of 5",
    "out of five", "people love", "popular with", "rated", "rating", "ratings", "recensione",
    "recensioni", "recommend", "recommended", "recommended by", "renowned", "research shows",
    "review", "reviewed", "reviewer*", "reviews", "satisfied customer*", "seen on tv",
    "sold over", "star rating", "stars", "statistics show", "studies", "study shows", "survey*",
    "tens of thousands", "testimonial*", "tevreden klanten", "thousands of", "tiktok made me",
    "top choice", "trusted by", "tv hit", "units sold", "verified buyer", "verified customer",
    "verified purchase", "vets love", "visto en tv", "visto in tv", "vu a la tele", "we love",
    "we recommend", "we tested", "well known", "will thank you", "would recommend",
    "zufriedene kunden",
};

static const char *const allowed_proof[] = {
    "case study", "for study", "home study", "moon and stars", "rated capacity", "rated current",
    "rated input", "rated load", "rated power", "rated voltage", "star rating board",
    "star shaped", "stars and moon", "stars pattern", "stars print", "study desk", "study lamp",
    "study room",
};

static const char *const words_personal[] = {
    "adolescents", "african american*", "aging parents", "are you", "ashamed", "asian men",
    "asian people", "asian women", "atheist*", "bald", "balding", "bankrupt*", "ben je", "bent u",
    "bisexual*", "black men", "black people", "black women", "broke", "buddhist*", "catholic*",
    "christian*", "chubby", "conservatives", "democrat*", "disability", "disabled", "divorced",
    "do you hate", "do you have", "do you struggle", "do you suffer", "einsam*", "elderly",
    "embarrassed", "etes vous", "fat people", "fed up with", "foreigner*", "fur frauen",
    "fur manner", "gay", "hair thinning", "handicap*", "hindu*", "homosexual*", "immigrant*",
    "in debt", "islamic", "jewish", "latina*", "latino*", "leiden sie", "lesbian*", "lgbt*",
    "liberals", "lonely", "low income", "men like you", "men over", "muslim*", "obese", "obesity",
    "old people", "other men", "other women", "over 40", "over 50", "over 60", "over 70",
    "over fifty", "over forty", "over sixty", "overgewicht", "overweight", "para hombres",
    "para mujeres", "people like you", "per donne", "per uomini", "plus size women",
    "poor people", "pour femmes", "pour hommes", "pregnan*", "queer", "real men", "real women",
    "refugee*", "republican*", "sei stanco", "senior citizens", "seniors", "sick of", "sind sie",
    "single men", "single moms", "single mums", "single women", "singles", "sobrepeso",
    "soffri di", "souffrez vous", "sovrappeso", "struggle with", "struggling", "struggling with",
    "suffer from", "suffering from", "sufre usted", "surpoids", "teenager*", "teens", "tired of",
    "transgender*", "ubergewichtig*", "ugly", "unemployed", "voor mannen", "voor vrouwen",
    "wheelchair*", "white people", "women like you", "women over", "your acne", "your age",
    "your belly", "your condition", "your criminal", "your debt", "your disability",
    "your divorce", "your ethnicity", "your finances", "your gender", "your illness",
    "your income", "your race", "your religion", "your sexuality", "your weight", "your wrinkles",
};

static const char *const words_bait[] = {
    "ai language", "as an ai", "call us", "check out our", "clicca qui", "click", "click below",
    "click here", "clicking", "cliquez ici", "comment below", "congratulations", "contact us at",
    "discover why", "dm us", "doctors hate", "dont scroll", "dot com", "download", "download now",
    "email us", "enlace en la bio", "find out more", "find out why", "follow us", "gone wrong",
    "hack", "hacks", "haz clic", "hier klicken", "http", "https", "i can not", "i cannot",
    "ignore all", "ignore previous", "ignore the above", "im sorry", "install now", "join now",
    "join us", "klicken sie", "klik hier", "language model", "learn more", "lien dans la bio",
    "life hack", "like and share", "link below", "link in bio", "link in der bio",
    "link in description", "message us", "no more", "no one tells you", "nobody tells you", "omg",
    "one weird", "phone us", "play button", "play now", "previous instructions", "read more",
    "say goodbye", "say goodbye to", "scroll down", "secret", "secrets", "see why", "share this",
    "shocked", "shocking", "sign up", "stop scrolling", "stop wasting", "subscribe", "sure here",
    "swipe left", "swipe up", "system prompt", "tap below", "tap here", "tap the link",
    "they dont want you", "this is why", "trick", "tricks", "visit our", "wait until",
    "watch now", "what happens next", "whatsapp us", "winner", "wont believe", "wow", "www",
    "you have won", "you will not believe", "you won", "you wont believe",
};

/* Orders to whoever reads the record. */
static const char *const words_orders[] = {
    "as an ai", "assistant", "claim that", "developer message", "disregard all", "disregard any",
    "disregard the", "forget all", "forget previous", "forget your", "ignore all", "ignore any",
    "ignore previous", "ignore the above", "ignore the rules", "ignore your",
    "instructions above", "language model", "mention that", "new instructions", "output only",
    "pretend", "previous instructions", "reply with", "respond with", "say that", "set the price",
    "state that", "system message", "system prompt", "write that", "you are a", "you are an",
    "you are now", "you must", "your instructions",
};

static const char *const allowed_bait[] = {
    "click closure", "click lock", "click mechanism", "click system", "click together",
    "clicks into place", "clicks shut",
};
