import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { speak } from '../src/panel/language.ts';
import type { Answer } from '../src/panel/rest.ts';
import { announcement } from '../src/panel/view/announcement.ts';
import { stop } from '../src/panel/view/stop.ts';
import { answerNamed, elements, shownOf, textOf } from './support.ts';

const MINUTE = 60_000;
beforeEach(() => {
  speak('en');
});

const said = (answer: Answer, elapsed = 0) => textOf(stop(shownOf(answer, elapsed)));

test('a GPU instance is told both thresholds', () => {
  assert.match(
    said(answerNamed('idle')),
    /29 min idle 30 of 60 min: stops in about 30 min unless CPU reaches 20 % or GPU reaches 10 %/,
  );
});

test('an instance without a GPU is told one', () => {
  assert.match(
    said(answerNamed('soon')),
    /3 min idle 57 of 60 min: stops in about 3 min unless CPU reaches 20 %/,
  );
  assert.doesNotMatch(said(answerNamed('soon')), /GPU/);
});

test('it is said in Chinese', () => {
  speak('zh-CN');
  assert.match(
    said(answerNamed('soon')),
    /已闲置 57 \/ 60 分钟：约 3 分钟后停止，除非 CPU 达到 20%/,
  );
});

test('the idle minutes go on while the countdown runs', () => {
  assert.match(said(answerNamed('soon'), MINUTE), /idle 58 of 60 min: stops in about 2 min/);
});

test('both stops are told, the nearer one first', () => {
  assert.match(
    said(answerNamed('soon')),
    /^Next stop 3 min .* Scheduled stop · in 3 h 3 min · scheduled for /,
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
    /None while in use stops after 60 min idle, with CPU under 20 % and GPU under 10 %/,
  );
});

test('an instance that has stopped is told of no stop', () => {
  assert.equal(said(answerNamed('stopped')), '');
});

test('beside a scheduled stop the idle timer says what it waits for', () => {
  assert.match(
    said(answerNamed('scheduled')),
    /^Next stop 1 d 3 h scheduled for .* Idle stop · stops after 60 min idle/,
  );
});

test('what is said of a countdown is spoken only as its meaning changes', () => {
  const meaning = (elapsed: number) => announcement(shownOf(answerNamed('soon'), elapsed));
  assert.equal(meaning(0), meaning(50_000));
  assert.notEqual(meaning(0), meaning(61_000));
  assert.match(meaning(61_000), /Stops in under 2.min/);
});

test('no number is parted from its unit by the end of a line', () => {
  const parts = elements(stop(shownOf(answerNamed('idle'))));
  const why = parts.find(({ kind }) => kind === 'p')?.node[1] as string;
  assert.match(
    why,
    /60\u00a0min: .*30\u00a0min unless CPU reaches 20\u00a0% or GPU reaches 10\u00a0%/,
  );
});
