// The library: `import { query, sync } from 'tsntp'`. Runs the command's own pipeline with typed results. Prints nothing
// and never ends the process.

declare global {
  /** Has only the member that Node and the DOM share, so that these declarations need neither. */
  interface AbortSignal {
    readonly aborted: boolean;
  }
}

export type { CheckEvent, CheckPorts } from './check.ts';
export type { Clock, ClockErrorKind, ClockStatus, Quality, Slew } from './clock/clock.ts';
export { ClockError } from './clock/clock.ts';
export type { HardwareClock, HardwareReading, HardwareWriting } from './clock/hardware-clock.ts';
export type {
  Checked,
  CheckedTarget,
  FleetOutcome,
  Limits,
  OffsetRange,
  Reference,
  Severity,
  SkewGroup,
  Target,
  TargetReading,
  TargetVerdict,
  Via,
} from './fleet/fleet-outcome.ts';
export type { OwnReading, ReaderPlan, Unread, ViaReader } from './fleet/target-reading.ts';
export type { FloorComparison, FloorOutcome } from './floor.ts';
export { check, type FleetOptions, type TargetSpec, type Targets } from './library/check-fleet.ts';
export type { Options } from './library/options.ts';
export { type MeasuredOffset, measureOffset, query, sync } from './library/run.ts';
export type { ServerSpec, Servers } from './library/servers.ts';
export {
  driftState,
  type HardwareClockOptions,
  type RestoreFloorOptions,
  rtc,
  type StatusOptions,
  status,
} from './library/this-machine.ts';
export { explain, report } from './library/words.ts';
export type { Authentication, Keys } from './net/authentication.ts';
export type { Burst } from './net/burst.ts';
export type { NtsTrust } from './net/nts/open.ts';
export {
  type CertificateSummary,
  type KeyExchange,
  type KeyServer,
  type Nts,
  NtsError,
  type NtsErrorKind,
  type NtsSession,
} from './net/nts/session.ts';
export { type Resolve, type ResolvedAddress, ResolveError, type ResolveErrorKind } from './net/resolve.ts';
export type { Timer } from './net/timer.ts';
export {
  type Address,
  type Arrival,
  type ArrivalListener,
  type Channel,
  type ChannelListener,
  type OpenSocket,
  type OpenUnconnected,
  type Transport,
  TransportError,
  type TransportErrorKind,
} from './net/transport.ts';
export type { KeyType, SymmetricKey } from './ntp/auth/key.ts';
export { KeyFileError, readKeys } from './ntp/auth/key-file.ts';
export type { MeasuredTime } from './ntp/clock-floor.ts';
export type { ClockTrust } from './ntp/clock-trust.ts';
export type { Estimate } from './ntp/combine.ts';
export type { Decision } from './ntp/decide.ts';
export type { EarlierBoot } from './ntp/drift/boots.ts';
export type { DriftGate } from './ntp/drift/closed-gate.ts';
export type { DriftMemory, DriftReading, Oscillator, RateSetting } from './ntp/drift/drift-record.ts';
export type { DriftSample } from './ntp/drift/drift-sample.ts';
export type { DriftHistoryEntry, DriftState, KnownRate } from './ntp/drift/drift-state.ts';
export type { KernelRate } from './ntp/drift/kernel-rate.ts';
export type { PeerEstimate } from './ntp/filter.ts';
export type { Kiss } from './ntp/kiss.ts';
export type { Interval } from './ntp/overlap.ts';
export { formatRefid } from './ntp/refid.ts';
export type { Rejection, Sample } from './ntp/sample.ts';
export {
  add,
  difference,
  formatInstant,
  type MonotonicTime,
  type NtpTimestamp,
  type Reading,
  type Seconds,
  type UnixTime,
} from './ntp/time.ts';
export type { MachineDrift } from './pipeline/machine-drift.ts';
export type {
  Competitor,
  Correction,
  DriftFindings,
  Findings,
  Outcome,
  QueryOutcome,
  ServerReport,
  SyncOutcome,
  Unsuitable,
} from './pipeline/outcome.ts';
export type {
  ClockLock,
  DriftStore,
  FloorReading,
  FloorStore,
  Host,
  LastSet,
  Memory,
  MemoryReading,
  Remembered,
} from './pipeline/ports.ts';
export type { Verdict } from './pipeline/verdict.ts';
export type { FleetReport } from './report/fleet/fleet-report-type.ts';
export type { Report } from './report/report-type.ts';
export type { RtcComparison, RtcOutcome, RtcPorts } from './rtc.ts';
export { type Authorities, type Server, ServerSyntaxError } from './sources/server.ts';
export type { Status, StatusPorts, TimeServices } from './status.ts';
export type { Ports, SyncEvent } from './sync.ts';
