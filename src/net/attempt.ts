// One address of a name → its burst. Meanwhile tracks whether another address should be tried because this one has
// returned no sample and is late, unreachable, or unresponsive.

import type { Seconds } from '../ntp/time.ts';
import type { Burst, BurstEvent } from './burst.ts';
import type { Timer } from './timer.ts';
import type { Address } from './transport.ts';

/** How to query one address. */
export interface AttemptPlan {
  /** Runs the burst once a slot is free. Calls `begun` when it starts, and `watch` on each event. */
  burst(
    address: Address,
    begun: () => void,
    watch: (event: BurstEvent) => void,
    givenUp: AbortSignal | undefined,
  ): Promise<Burst>;
  /**
   * The address is late if it has returned no sample after this time, in seconds; undefined if there is no other
   * address.
   */
  readonly late: Seconds | undefined;
  /**
   * Gives up early because another approach exists: without a usable reply, or after the server refused NTS cookies.
   */
  readonly otherwise?: 'when-unresponsive' | 'when-refused';
  readonly timer: Pick<Timer, 'after'>;
  /** Called on the first sample. */
  readonly onFirstSample: (attempt: Attempt) => void;
  /** Called on each change of a property. */
  readonly changed: () => void;
}

/** The query of one address. */
export class Attempt {
  readonly address: Address;
  readonly #plan: AttemptPlan;
  readonly #givenUp: AbortController | undefined;
  #viable = true;
  #hasSample = false;
  #unresponsive = false;
  #burst: Burst | undefined;

  constructor(address: Address, plan: AttemptPlan) {
    this.address = address;
    this.#plan = plan;
    this.#givenUp = plan.late !== undefined || plan.otherwise ? new AbortController() : undefined;
  }

  /** Runs the burst to its end. */
  async run(): Promise<Burst> {
    const { burst, late, timer, changed } = this.#plan;
    let cancel = () => {};
    const begun = () => {
      if (late !== undefined) cancel = timer.after(late, () => this.#requestReplacement());
    };
    const result = await burst(this.address, begun, this.#watcher(), this.#givenUp?.signal);
    cancel();
    this.#burst = result;
    this.#viable = this.#hasSample;
    changed();
    return result;
  }

  /** Ends the burst early. */
  giveUp(): void {
    this.#givenUp?.abort();
  }

  /** False if another address should be tried instead. */
  get viable(): boolean {
    return this.#viable;
  }

  /** Whether a sample has arrived. */
  get hasSample(): boolean {
    return this.#hasSample;
  }

  /** Whether at least two requests got no usable reply. */
  get unresponsive(): boolean {
    return this.#unresponsive;
  }

  /** Whether the burst was ended early. */
  get givenUp(): boolean {
    return this.#givenUp?.signal.aborted ?? false;
  }

  /** The result; undefined until the burst ends. */
  get burst(): Burst | undefined {
    return this.#burst;
  }

  #requestReplacement(): void {
    if (this.#hasSample) return;
    this.#viable = false;
    this.#plan.changed();
  }

  #watcher(): (event: BurstEvent) => void {
    const { otherwise } = this.#plan;
    let refused = false;
    return event => {
      if (event.kind === 'receive' && event.result.kind === 'sample') this.#recordSample();
      else if (event.kind === 'receive' && event.result.kind === 'nts-nak') refused = true;
      else if (event.kind === 'timeout' && refused && otherwise) this.giveUp();
      else if (event.kind === 'unreachable') this.#requestReplacement();
      else if (event.kind === 'unresponsive') {
        this.#unresponsive = true;
        if (otherwise === 'when-unresponsive') this.giveUp();
        this.#requestReplacement();
      }
    };
  }

  #recordSample(): void {
    if (this.#hasSample) return;
    this.#hasSample = true;
    this.#viable = true;
    this.#plan.onFirstSample(this);
    this.#plan.changed();
  }
}
