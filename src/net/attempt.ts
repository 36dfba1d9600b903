// One address of a name → its burst, and meanwhile whether another address should be tried: because this one has brought
// no sample and is late, unreachable or hopeless.

import type { Seconds } from '../ntp/time.ts';
import type { Burst, BurstEvent } from './burst.ts';
import type { Timer } from './timer.ts';
import type { Address } from './transport.ts';

/** How one address is asked. */
export interface AttemptPlan {
  /** Runs the burst when a slot is free; calls `begun` when it starts, and `watch` at each event. */
  burst(
    address: Address,
    begun: () => void,
    watch: (event: BurstEvent) => void,
    givenUp: AbortSignal | undefined,
  ): Promise<Burst>;
  /** Without a sample after this time, it is late; undefined where there is no other address. */
  readonly late: Seconds | undefined;
  /** Gives it up without a usable reply, or when the server refused NTS cookies: there is another approach. */
  readonly otherwise?: 'when-hopeless' | 'when-refused';
  readonly timer: Pick<Timer, 'after'>;
  /** Called at its first sample. */
  readonly brought: (attempt: Attempt) => void;
  /** Called whenever one of its properties changes. */
  readonly changed: () => void;
}

/** One address that is being asked. */
export class Attempt {
  readonly address: Address;
  readonly #plan: AttemptPlan;
  readonly #givenUp: AbortController | undefined;
  #clockTrust = true;
  #brought = false;
  #hopeless = false;
  #burst: Burst | undefined;

  constructor(address: Address, plan: AttemptPlan) {
    this.address = address;
    this.#plan = plan;
    this.#givenUp = plan.late !== undefined || plan.otherwise ? new AbortController() : undefined;
  }

  /** Asks until the burst ends. */
  async run(): Promise<Burst> {
    const { burst, late, timer, changed } = this.#plan;
    let cancel = () => {};
    const begun = () => {
      if (late !== undefined) cancel = timer.after(late, () => this.#doubt());
    };
    const result = await burst(this.address, begun, this.#watcher(), this.#givenUp?.signal);
    cancel();
    this.#burst = result;
    this.#clockTrust = this.#brought;
    changed();
    return result;
  }

  /** Ends it early. */
  giveUp(): void {
    this.#givenUp?.abort();
  }

  /** Whether no other address is wanted in its place. */
  get clockTrust(): boolean {
    return this.#clockTrust;
  }

  /** Whether it has brought a sample. */
  get brought(): boolean {
    return this.#brought;
  }

  /** Whether two requests or more have brought no usable reply. */
  get hopeless(): boolean {
    return this.#hopeless;
  }

  /** Whether it was ended early. */
  get givenUp(): boolean {
    return this.#givenUp?.signal.aborted ?? false;
  }

  /** Undefined until its end. */
  get burst(): Burst | undefined {
    return this.#burst;
  }

  #doubt(): void {
    if (this.#brought) return;
    this.#clockTrust = false;
    this.#plan.changed();
  }

  #watcher(): (event: BurstEvent) => void {
    const { otherwise } = this.#plan;
    let refused = false;
    return event => {
      if (event.kind === 'receive' && event.result.kind === 'sample') this.#bring();
      else if (event.kind === 'receive' && event.result.kind === 'nts-nak') refused = true;
      else if (event.kind === 'timeout' && refused && otherwise) this.giveUp();
      else if (event.kind === 'unreachable') this.#doubt();
      else if (event.kind === 'hopeless') {
        this.#hopeless = true;
        if (otherwise === 'when-hopeless') this.giveUp();
        this.#doubt();
      }
    };
  }

  #bring(): void {
    if (this.#brought) return;
    this.#brought = true;
    this.#clockTrust = true;
    this.#plan.brought(this);
    this.#plan.changed();
  }
}
