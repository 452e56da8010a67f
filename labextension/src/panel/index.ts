/** The panel's only entrance: what JupyterLab's plugins, the cell's widget and the gallery use of it. */
export {
  type AtRisk,
  type JsonObject,
  type Problem,
  type Reading,
  type Session,
  type Stop,
  type StopRule,
  type UtilizationSample,
} from './contract.ts';
export { copyText, mountPanel, type PanelOptions } from './element.ts';
export { type Instance, type Snapshot } from './elements.ts';
export {
  duration,
  locale,
  MINUTE,
  moment,
  percent,
  setLanguage,
  t,
  translateBy,
  untilTextChanges,
} from './i18n.ts';
export {
  MAX_TIMEOUT_MS,
  type Outcome,
  Poller,
  type PollerOptions,
  type TabMessage,
  type Tabs,
} from './poller.ts';
export {
  type DataSource,
  type DataSourceState,
  type DatedReading,
  elapsedSince,
  type FailureKind,
  isReading,
  now,
  speedOf,
  storedReading,
} from './reading.ts';
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
export {
  type CurrentStop,
  decidedBy,
  nameOf,
  nextStopOf,
  passed,
  publishThresholds,
  stopsOf,
  type Urgency,
  urgencyOf,
} from './stops.ts';
export { type Usage, type UsageSource } from './usage.ts';
export {
  hasEnded,
  instanceOf,
  snapshotsOf,
  statusLabel,
  tone,
  usedPart,
  type ViewModel,
  viewModelOf,
} from './viewmodel.ts';
export { describeProblem } from './views/problem.ts';
export { urgency } from './views/stop.ts';
