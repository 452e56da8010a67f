/** The panel's only entrance: what JupyterLab's plugins, the cell's widget and the gallery use of it. */
export { now } from './clock.ts';
export {
  type Reading,
  type IdleCountdown,
  type Instance,
  type JsonObject,
  type Problem,
  type Snapshot,
} from './contract.ts';
export { copyText } from './copy.ts';
export { type DataSource, type DataSourceState, type FailureKind } from './datasource.ts';
export { mountPanel } from './element.ts';
export { duration, MINUTE, moment, percent, untilTextChanges } from './format.ts';
export { hasEnded, snapshotsOf, statusLabel, tone, usedPart } from './instance.ts';
export { locale, setLanguage, t, translateBy } from './language.ts';
export {
  MAX_TIMEOUT_MS,
  type Outcome,
  Poller,
  type PollerOptions,
  type TabMessage,
  type Tabs,
} from './poller.ts';
export { elapsedSince, isReading, storedReading, type DatedReading, speedOf } from './reading.ts';
export { clean, consoleUrl, safeUrl } from './safety.ts';
export { announce, announcement, announceState, prepareToAnnounce } from './screenreader.ts';
export {
  requestReading,
  type JupyterConnection,
  serverSource,
  publishedConnection,
  publishConnection,
  publishDataSource,
} from './server.ts';
export { publishThresholds, type Urgency, urgencyOf } from './urgency.ts';
export { instanceOf, type ViewModel, viewModelOf } from './viewmodel.ts';
export { describeProblem } from './views/problem.ts';
export { passed, timersOf, urgency } from './views/timers.ts';
