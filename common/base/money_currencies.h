/* Private to money.c: currencies by decimal places (ISO 4217) and by unit at a service.  Each name takes four characters,
 * the last a space.  Adjoining literals make one list.  Constants; any thread. */
#pragma once

#define ISO_EXPONENT_0 "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "
#define ISO_EXPONENT_3 "BHD IQD JOD KWD LYD OMR TND "
#define ISO_EXPONENT_4 "CLF UYW "
#define ISO_EXPONENT_2                                                                             \
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD " \
    "CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD " \
    "GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD " \
    "MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP " \
    "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS " \
    "TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG "

/* Meta's ad accounts: these at one unit, those at a hundred, nothing else. */
#define META_WHOLE_CURRENCIES "CLP COP CRC HUF ISK IDR JPY KRW PYG TWD VND "
#define META_HUNDRED_CURRENCIES                                                                    \
    "AED ARS AUD BDT BGN BHD BOB BRL CAD CHF CNY CZK DKK DZD EGP EUR GBP GTQ HKD HNL ILS INR JOD " \
    "KES LKR MOP MXN MYR NGN NIO NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY UAH " \
    "USD UYU ZAR "

/* Card gateways like Stripe: ISK and UGX have two decimals there, three-decimal ones three. */
#define STRIPE_WHOLE_CURRENCIES    "BIF CLP DJF GNF JPY KMF KRW PYG RWF VND VUV XAF XOF XPF "
#define STRIPE_THOUSAND_CURRENCIES "BHD JOD KWD OMR TND "
#define STRIPE_HUNDRED_CURRENCIES  ISO_EXPONENT_2 "ISK UGX "
