import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTypescript } from '../../support/typescript.mjs';

const days = await loadTypescript('lib/days');
const at = (text) => new Date(text).getTime();
const start = (day, zone) => days.startOfDay(day, zone).toISOString();

test('an instant belongs to the day of the shop, not to that of UTC', () => {
  assert.equal(days.dayOf(at('2026-11-21T03:00:00Z'), 'America/New_York'), '2026-11-20');
  assert.equal(days.dayOf(at('2026-11-20T15:00:00Z'), 'Asia/Tokyo'), '2026-11-21');
  assert.equal(days.dayOf(at('2026-11-20T23:59:59Z'), 'UTC'), '2026-11-20');
});

test('days begin at midnight of the shop, also around clock changes', () => {
  assert.equal(start('2026-03-29', 'Europe/Berlin'), '2026-03-28T23:00:00.000Z'); // 23 hours long
  assert.equal(start('2026-03-30', 'Europe/Berlin'), '2026-03-29T22:00:00.000Z');
  assert.equal(start('2026-10-25', 'Europe/Berlin'), '2026-10-24T22:00:00.000Z'); // 25 hours long
  assert.equal(start('2026-10-26', 'Europe/Berlin'), '2026-10-25T23:00:00.000Z');
  assert.equal(start('2026-11-01', 'America/New_York'), '2026-11-01T04:00:00.000Z');
  assert.equal(start('2026-11-02', 'America/New_York'), '2026-11-02T05:00:00.000Z');
  assert.equal(start('2026-06-01', 'Asia/Kolkata'), '2026-05-31T18:30:00.000Z');
});

test('a day whose midnight is left out begins at its first minute', () => {
  assert.equal(start('2024-04-26', 'Africa/Cairo'), '2024-04-25T22:00:00.000Z'); // the clock goes from 23:59:59 to 01:00
  assert.equal(start('2018-11-04', 'America/Sao_Paulo'), '2018-11-04T03:00:00.000Z');
});

test('every day of two years begins in that day and right after the one before', () => {
  for (const zone of ['Europe/Berlin', 'America/New_York', 'Africa/Cairo', 'Asia/Tokyo', 'Australia/Lord_Howe', 'UTC']) {
    for (let day = '2025-01-01', i = 0; i < 730; i += 1, day = days.addDays(day, 1)) {
      const first = days.startOfDay(day, zone).getTime();
      assert.equal(days.dayOf(first, zone), day, `${zone} ${day}`);
      assert.equal(days.dayOf(first - 1, zone), days.addDays(day, -1), `${zone} before ${day}`);
    }
  }
});

test('presets are days of the shop, and the last days end today', () => {
  const now = at('2026-03-01T04:30:00Z'); // still 28 February in New York
  const of = (preset, zone = 'America/New_York') => days.presetRange(preset, now, zone);
  assert.deepEqual(of('today'), { from: '2026-02-28', to: '2026-02-28' });
  assert.deepEqual(of('yesterday'), { from: '2026-02-27', to: '2026-02-27' });
  assert.deepEqual(of('7d'), { from: '2026-02-22', to: '2026-02-28' });
  assert.deepEqual(of('30d'), { from: '2026-01-30', to: '2026-02-28' });
  assert.deepEqual(of('month'), { from: '2026-02-01', to: '2026-02-28' });
  assert.deepEqual(of('lastmonth'), { from: '2026-01-01', to: '2026-01-31' });
  assert.deepEqual(of('lastmonth', 'UTC'), { from: '2026-02-01', to: '2026-02-28' });
  for (const [preset, count] of [['7d', 7], ['30d', 30], ['90d', 90]]) assert.equal(days.daysIn(of(preset)), count);
});

test('a range reaches to the end of its last day', () => {
  assert.deepEqual(days.instantsOf({ from: '2026-10-24', to: '2026-10-25' }, 'Europe/Berlin'),
    { from: '2026-10-23T22:00:00.000Z', to: '2026-10-25T23:00:00.000Z' });
});

test('only days of the calendar are days', () => {
  assert.ok(days.isDay('2028-02-29'));
  for (const wrong of ['2026-02-29', '2026-13-01', '2026-1-1', '', 'today', '2026-11-20T00:00']) assert.equal(days.isDay(wrong), false, wrong);
});
