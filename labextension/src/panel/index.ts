/** The panel's only entrance: what JupyterLab's plugins, the cell's widget and the gallery use of it. */
export { now } from './clock.ts';
export { type IdleCountdown, type JsonObject, type Problem, type Reading } from './contract.ts';
export { type Instance, type Snapshot } from './elements.ts';
export { copyText, mountPanel } from './element.ts';
export {
  type DataSource,
  type DataSourceState,
  type DatedReading,
  elapsedSince,
  type FailureKind,
  isReading,
  speedOf,
  storedReading,
} from './reading.ts';
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
export { clean, consoleUrl, safeUrl } from './safety.ts';
export { announce, announcement, announceState, prepareToAnnounce } from './screenreader.ts';
export {
  type JupyterConnection,
  publishConnection,
  publishDataSource,
  publishedConnection,
  requestReading,
  serverSource,
} from './server.ts';
export { publishThresholds, type Urgency, urgencyOf } from './urgency.ts';
export { instanceOf, type ViewModel, viewModelOf } from './viewmodel.ts';
export { describeProblem } from './views/problem.ts';
export { passed, timersOf, urgency } from './views/stop.ts';
