import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../src/panel/rest.ts';
import { announcement } from '../src/panel/view/announcement.ts';
import { stop } from '../src/panel/view/stop.ts';
import { timers } from '../src/panel/view/timers.ts';
import { answerNamed, chinese, shownOf, textOf } from './support.ts';

const MINUTE = 60_000;
const said = (answer: Answer, elapsed = 0) => textOf(stop(shownOf(answer, elapsed)));

test('a GPU instance is told both thresholds', () => {
  assert.match(
    said(answerNamed('idle')),
    /29 min 43 s idle 30 of 60 min: stops in about 30 min unless CPU reaches 20 % or GPU reaches 10 %/,
  );
});

test('an instance without a GPU is told one', () => {
  assert.match(
    said(answerNamed('soon')),
    /3 min 0 s idle 57 of 60 min: stops in about 3 min unless CPU reaches 20 %/,
  );
  assert.doesNotMatch(said(answerNamed('soon')), /GPU/);
});

test('it is said in Chinese', () => {
  const shown = shownOf(answerNamed('soon'), 0, { language: chinese });
  assert.match(textOf(stop(shown)), /已闲置 57 \/ 60 分钟：约 3 分钟后停止，除非 CPU 达到 20%/);
});

test('the idle minutes go on while the countdown runs', () => {
  assert.match(said(answerNamed('soon'), MINUTE), /idle 58 of 60 min: stops in about 2 min/);
});

test('both stops are told, the nearer one first', () => {
  assert.match(
    said(answerNamed('soon')),
    /^Next stop 3 min 0 s .* Also in 3 h 3 min: scheduled for /,
  );
});

test('a countdown that has ended is never negative', () => {
  assert.match(said(answerNamed('near'), 49_000), /Stopping any moment now/);
  assert.doesNotMatch(said(answerNamed('near'), 49_000), /-/);
});

test('a reading from days ago does not say that the stop comes now', () => {
  assert.match(said(answerNamed('near'), 49_000 + 6 * 86_400_000), /Was due to stop 6 d ago/);
});

test('an instance in use has no stop before it, and is told the rule', () => {
  assert.match(
    said(answerNamed('in use')),
    /None while in use stops after 60 idle min, with CPU under/,
  );
});

test('an instance that has stopped is told of no stop', () => {
  assert.equal(said(answerNamed('stopped')), '');
});

test('the timers are told even where they are off', () => {
  const shown = shownOf(answerNamed('scheduled'), 0, { named: ['timers'] });
  assert.match(
    textOf(timers(shown)),
    /Idle stop in use .* Scheduled stop in 1 d 3 h scheduled for/,
  );
});

test('a passing second is not announced, a stop coming near is', () => {
  const meaning = (elapsed: number) => announcement(shownOf(answerNamed('soon'), elapsed))[0];
  assert.equal(meaning(0), meaning(50_000));
  assert.notEqual(meaning(0), meaning(61_000));
  assert.notEqual(meaning(61_000), meaning(181_000));
});
