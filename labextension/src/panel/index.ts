/** The panel's only entrance: what JupyterLab's plugins, the cell's widget and the gallery use of it. */
export { now } from './clock.ts';
export {
  type Answer,
  type IdleCountdown,
  type Instance,
  type JsonObject,
  type Problem,
  type Snapshot,
} from './contract.ts';
export { copyText } from './copy.ts';
export { type Source, type SourceState, type Trouble } from './datasource.ts';
export { mountPanel } from './element.ts';
export { duration, MINUTE, moment, percent, untilWrittenAnew } from './format.ts';
export { hasEnded, snapshotsOf, statusWords, tone, usedPart } from './instance.ts';
export { locale, speak, t, translateBy } from './language.ts';
export {
  MAX_TIMEOUT_MS,
  type Outcome,
  Poller,
  type PollerOptions,
  type TabMessage,
  type Tabs,
} from './poller.ts';
export { elapsedSince, isAnswer, keptReading, type Reading, speedOf } from './reading.ts';
export { clean, consoleUrl, safeUrl } from './safety.ts';
export { announce, announcement, announceState, prepareToAnnounce } from './screenreader.ts';
export {
  askPage,
  type JupyterPage,
  pageSource,
  publishedPage,
  publishPage,
  publishSource,
} from './server.ts';
export { publishThresholds, type Urgency, urgencyOf } from './urgency.ts';
export { instanceOf, type Shown, shownOf } from './viewmodel.ts';
export { wrong } from './views/problem.ts';
export { passed, timersOf, urgency } from './views/timers.ts';
