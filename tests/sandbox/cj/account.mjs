// The one CJ account: login, tokens, calls per second, points, wallet.

import { randomBytes } from 'node:crypto';
import { chinaTime } from '../clock.mjs';
import { CjError, rawNumber } from './envelope.mjs';

export const API_KEY = 'CJ0000001@api@sandbox';
export const OPEN_ID = '1234567890123456789';
const ACCESS_MS = 15 * 86400_000;
const REFRESH_MS = 180 * 86400_000;

export class CjAccount {
  constructor(clock, settings, saved = {}) {
    this.clock = clock;
    this.settings = settings;
    this.walletCents = saved.walletCents ?? Math.round(settings.cjWallet * 100);
    this.pair = saved.pair ?? null;
    this.lastLogin = saved.lastLogin ?? 0;
    this.refreshes = [];
    this.calls = [];
    this.refusals = 0;
    this.logins = saved.logins ?? 0;
    this.points = saved.points ?? { day: '', used: 0, left: settings.cjPoints, at: clock.now() };
  }

  save() {
    const { walletCents, pair, lastLogin, logins, points } = this;
    return { walletCents, pair, lastLogin, logins, points };
  }

  login(apiKey) {
    const now = this.clock.now();
    if (apiKey !== API_KEY) {
      throw new CjError(1600005, 'APIkey is wrong, please check and try again');
    }
    const wait = this.settings.cjLoginSeconds;
    if (now - this.lastLogin < wait * 1000) {
      throw this.#tooMany(`Too Many Requests, QPS limit is 1 time/${wait} seconds`);
    }
    this.lastLogin = now;
    this.logins += 1;
    return this.#newPair(now);
  }

  refresh(token) {
    const now = this.clock.now();
    this.refreshes = this.refreshes.filter((t) => now - t < 60_000);
    if (this.refreshes.length >= 5) {
      throw this.#tooMany('Too Many Requests, QPS limit is 5 time/60 seconds');
    }
    if (!this.pair || token !== this.pair.refreshToken || now > this.pair.refreshUntil) {
      throw new CjError(1600003, 'Refresh token is failure');
    }
    this.refreshes.push(now);
    return this.#newPair(now);
  }

  #newPair(now) {
    const text = () => `API@CJ0000001@CJ:${randomBytes(24).toString('base64url')}`;
    this.pair = {
      accessToken: text(),
      refreshToken: text(),
      accessUntil: now + ACCESS_MS,
      refreshUntil: now + REFRESH_MS,
    };
    return {
      openId: rawNumber(OPEN_ID),
      accessToken: this.pair.accessToken,
      accessTokenExpiryDate: chinaTime(this.pair.accessUntil),
      refreshToken: this.pair.refreshToken,
      refreshTokenExpiryDate: chinaTime(this.pair.refreshUntil),
      createDate: chinaTime(now),
    };
  }

  logout() {
    this.pair = null;
    return true;
  }

  /** Ends the access token early, as if it had run out (the refresh token lives on). */
  expireAccess() {
    if (this.pair) {
      this.pair.accessUntil = 0;
    }
  }

  checkToken(token) {
    if (!token) {
      throw new CjError(1600002, 'CJ-Access-Token is empty');
    }
    if (!this.pair || token !== this.pair.accessToken || this.clock.now() > this.pair.accessUntil) {
      throw new CjError(1600001, 'Invalid API key or access token');
    }
  }

  /** At most so many accepted calls in any second, over all callers. */
  checkRate() {
    const qps = this.settings.cjQps;
    if (qps <= 0) {
      return;
    }
    const now = this.clock.now();
    this.calls = this.calls.filter((t) => now - t < 1000);
    if (this.calls.length >= qps) {
      throw this.#tooMany(`Too Many Requests, QPS limit is ${qps} time/1second`);
    }
    this.calls.push(now);
  }

  /** Refusals come in HTTP 200 and as HTTP 429, in turn. */
  #tooMany(message) {
    this.refusals += 1;
    return new CjError(1600200, message, this.refusals % 2 === 0 ? 429 : 200);
  }

  throttled() {
    return this.#tooMany('Too Many Requests');
  }

  charge(points) {
    const total = this.settings.cjPoints;
    if (points === 0 || total <= 0) {
      return;
    }
    const now = this.clock.now();
    const day = new Date(now).toISOString().slice(0, 10);
    if (this.points.day !== day) {
      this.points = { day, used: 0, left: total, at: now };
    }
    this.points.left = Math.min(
      total,
      this.points.left + ((now - this.points.at) / 60_000) * (total / 1440),
    );
    this.points.at = now;
    if (this.points.left < points) {
      this.refusals += 1;
      const remaining = Math.floor(this.points.left);
      const text = `Insufficient API points. Used today: ${this.points.used}, Remaining: ${remaining}, Required: ${points}`;
      const info = { pointsInfo: { usedToday: this.points.used, remaining, total } };
      throw new CjError(
        16900500,
        text,
        this.refusals % 2 === 0 ? 429 : 200,
        this.refusals % 2 === 0 ? info : {},
      );
    }
    this.points.left -= points;
    this.points.used += points;
  }
}
