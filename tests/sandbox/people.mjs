// Invented buyers: names, streets and towns of six countries with postcodes and telephone numbers that fit them.

const FIRST = {
  US: ['Olivia', 'Liam', 'Emma', 'Noah', 'Ava', 'Mason', 'Grace', 'Ethan'],
  CA: ['Chloe', 'Lucas', 'Zoe', 'Owen', 'Nora', 'Leo'],
  GB: ['Amelia', 'Harry', 'Poppy', 'Alfie', 'Isla', 'Freddie'],
  DE: ['Anna', 'Paul', 'Lena', 'Jonas', 'Marie', 'Felix'],
  FR: ['Camille', 'Hugo', 'Manon', 'Louis', 'Julie', 'Arthur'],
  AU: ['Matilda', 'Jack', 'Ruby', 'Cooper', 'Evie', 'Archie'],
};
const LAST = {
  US: ['Carter', 'Bennett', 'Hughes', 'Foster', 'Reyes', 'Sullivan', 'Parker', 'Coleman'],
  CA: ['Tremblay', 'Campbell', 'Fraser', 'Gagnon', 'Morrison', 'Singh'],
  GB: ['Whitfield', 'Barker', 'Ellison', 'Thorne', 'Pemberton', 'Ashworth'],
  DE: ['Weber', 'Hoffmann', 'Krause', 'Vogel', 'Brandt', 'Lindner'],
  FR: ['Moreau', 'Garnier', 'Lefort', 'Chevalier', 'Renaud', 'Marchand'],
  AU: ['Fletcher', 'Doyle', 'Harding', 'Kerr', 'Mackenzie', 'Wheeler'],
};
const STREETS = {
  US: ['Maple Street', 'Oak Avenue', 'Ridge Road', 'Cedar Lane', 'Park Boulevard'],
  CA: ['Elgin Street', 'Pine Crescent', 'King Street West', 'Harbour Road'],
  GB: ['Church Lane', 'Station Road', 'Victoria Street', 'Mill Close'],
  DE: ['Lindenweg', 'Bahnhofstrasse', 'Gartenstrasse', 'Am Markt'],
  FR: ['rue des Lilas', 'avenue de la Gare', 'rue Victor Hugo', 'chemin du Moulin'],
  AU: ['Wattle Street', 'Beach Road', 'Queen Street', 'Banksia Avenue'],
};
const TOWNS = {
  US: [
    ['Austin', 'Texas', 'TX', '787'],
    ['Portland', 'Oregon', 'OR', '972'],
    ['Columbus', 'Ohio', 'OH', '432'],
    ['Albany', 'New York', 'NY', '122'],
    ['Tucson', 'Arizona', 'AZ', '857'],
  ],
  CA: [
    ['Ottawa', 'Ontario', 'ON', 'K1'],
    ['Halifax', 'Nova Scotia', 'NS', 'B3'],
    ['Calgary', 'Alberta', 'AB', 'T2'],
  ],
  GB: [
    ['Leeds', 'England', 'ENG', 'LS'],
    ['Bristol', 'England', 'ENG', 'BS'],
    ['Cardiff', 'Wales', 'WLS', 'CF'],
  ],
  DE: [
    ['Leipzig', null, null, '041'],
    ['Bremen', null, null, '281'],
    ['Mainz', null, null, '551'],
  ],
  FR: [
    ['Nantes', null, null, '440'],
    ['Lyon', null, null, '690'],
    ['Lille', null, null, '590'],
  ],
  AU: [
    ['Brisbane', 'Queensland', 'QLD', '40'],
    ['Hobart', 'Tasmania', 'TAS', '70'],
    ['Perth', 'Western Australia', 'WA', '60'],
  ],
};
export const COUNTRY_NAMES = {
  US: 'United States',
  CA: 'Canada',
  GB: 'United Kingdom',
  DE: 'Germany',
  FR: 'France',
  AU: 'Australia',
};
const WEIGHTED = ['US', 'US', 'US', 'US', 'US', 'CA', 'GB', 'GB', 'DE', 'DE', 'FR', 'AU'];

const digits = (rng, n) => Array.from({ length: n }, () => rng.int(0, 9)).join('');
const letter = (rng) => rng.pick([...'ABEHKLMPRT']);

function postcode(rng, country, prefix) {
  switch (country) {
    case 'CA':
      return `${prefix}${letter(rng)} ${rng.int(1, 9)}${letter(rng)}${rng.int(1, 9)}`;
    case 'GB':
      return `${prefix}${rng.int(1, 9)} ${rng.int(1, 9)}${letter(rng)}${letter(rng)}`;
    default:
      return prefix + digits(rng, (country === 'AU' ? 4 : 5) - prefix.length);
  }
}

function phone(rng, country) {
  switch (country) {
    case 'US':
    case 'CA':
      return `+1${rng.pick(['512', '503', '613', '902'])}555${digits(rng, 4)}`;
    case 'GB':
      return `+447700900${digits(rng, 3)}`;
    case 'DE':
      return `+49151${digits(rng, 8)}`;
    case 'FR':
      return `+336${digits(rng, 8)}`;
    default:
      return `+614${digits(rng, 8)}`;
  }
}

function line1(rng, country) {
  const number = rng.int(1, 240);
  const street = rng.pick(STREETS[country]);
  return country === 'DE' ? `${street} ${number}` : `${number} ${street}`;
}

/** A new buyer with a complete, plausible address. `number` makes e-mail and IP unique. */
export function newPerson(rng, number, country = rng.pick(WEIGHTED)) {
  const firstName = rng.pick(FIRST[country]);
  const lastName = rng.pick(LAST[country]);
  const [city, province, provinceCode, prefix] = rng.pick(TOWNS[country]);
  return {
    id: 7000000000 + number,
    firstName,
    lastName,
    email: `${firstName}.${lastName}.${number}@mail.example`.toLowerCase(),
    phone: phone(rng, country),
    ip: `198.${18 + ((number >> 16) % 2)}.${(number >> 8) & 255}.${number & 255}`,
    address: {
      firstName,
      lastName,
      company: null,
      address1: line1(rng, country),
      address2: rng.chance(0.15) ? `Apt ${rng.int(1, 30)}` : null,
      city,
      province,
      provinceCode,
      zip: postcode(rng, country, prefix),
      countryCode: country,
      phone: phone(rng, country),
    },
  };
}
