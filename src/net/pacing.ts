// When the next request of a sweep may be sent: at a limited rate beyond this machine, and with a limited number of replies about
// to arrive at once. A receive buffer of Linux holds 256 of them, and a switch takes a faster sweep for an attack.

import type { Seconds } from '../ntp/time.ts';
import { Fifo } from './fifo.ts';

/** How many replies may be about to arrive. */
const WINDOW = 128;
/** A reply that has not come after this time, in seconds, is no longer about to: of a dead host, or of one far away. */
const ABOUT_TO_ARRIVE: Seconds = 0.05;
/** How much of the rate may be sent at once, as seconds of it. */
const AT_ONCE: Seconds = 0.01;

/** A request's place among the replies that are about to arrive. */
export interface Place {
  readonly since: Seconds;
  taken: boolean;
}

/** Paces the requests of a sweep. Times are seconds from any origin. */
export class Pacing {
  readonly #rate: number;
  readonly #places = new Fifo<Place>();
  #taken = 0;
  #allowance = 0;
  #credited: Seconds | undefined;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** A place for a request to `address`; undefined if it must wait. */
  take(address: string, now: Seconds): Place | undefined {
    this.#age(now);
    if (this.#taken >= WINDOW) return undefined;
    if (!isLoopback(address) && !this.#spend(now)) return undefined;
    const place = { since: now, taken: true };
    this.#places.push(place);
    this.#taken += 1;
    return place;
  }

  /** Gives a place back: its reply has arrived. */
  leave(place: Place): void {
    if (place.taken) this.#taken -= 1;
    place.taken = false;
  }

  #age(now: Seconds): void {
    for (let { first } = this.#places; first; first = this.#places.first) {
      if (first.taken && now - first.since < ABOUT_TO_ARRIVE) return;
      this.leave(first);
      this.#places.shift();
    }
  }

  #spend(now: Seconds): boolean {
    const most = Math.max(1, this.#rate * AT_ONCE);
    const earned = this.#credited === undefined ? most : this.#rate * (now - this.#credited);
    this.#allowance = Math.min(this.#allowance + earned, most);
    this.#credited = now;
    if (this.#allowance < 1) return false;
    this.#allowance -= 1;
    return true;
  }
}

/** Whether an address is one of this machine itself, where a rate protects nothing. */
function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
