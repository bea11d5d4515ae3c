/**
 * Edits the configuration of OpenNebula's rank scheduler (schedulers/rank.conf, sched.conf before 7.0): hosts are
 * ranked by POWER_RANK. What stood there before stays as a comment, so that it comes back byte for byte.
 *
 * A text is the file's bytes, one character each (latin1). revert(edit(x)) is x; edit(edit(x)) is edit(x).
 */
import { type Attribute, lineOf, parseTemplate } from '../lib/one/oned-template.ts';
import { applyEdits, type Edit, type EditResult } from '../lib/text/text-edit.ts';

const ours = 'DEFAULT_SCHED = [ POLICY = 3, RANK = "POWER_RANK" ] # oneext install --scheduler-rank\n';
/** Before each line of what stood there. */
const kept = '#oneext: ';

const refused = (detail: string): EditResult => ({ kind: 'refused', detail });
const unchanged = (text: string): EditResult => ({ kind: 'edited', text, changes: [] });

/** Whether hosts are ranked so already, by us or by somebody else. */
const ranksByPower = ({ vector }: Attribute): boolean =>
  vector?.get('POLICY')?.text === '3' && vector.get('RANK')?.text.trim() === 'POWER_RANK';

/** Whether it is alone in its line, the last one, which no line break ends. */
const isAtEnd = (text: string, { from, to }: Attribute): boolean =>
  text.slice(text.lastIndexOf('\n', from - 1) + 1, from).trim() === '' && !text.includes('\n', to);

/** The whole lines of an attribute; `undefined` where other things stand in them. */
const linesOf = (text: string, { from, to }: Attribute): Edit | undefined => {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const breakAt = text.indexOf('\n', to);
  const end = breakAt < 0 ? text.length : breakAt + 1;
  const isAlone = text.slice(start, from).trim() === '' && /^\s*(#.*)?$/.test(text.slice(to, end).trimEnd());
  return isAlone && breakAt >= 0 ? { from: start, to: end, text: text.slice(start, end) } : undefined;
};

/** Hosts are ranked by POWER_RANK; a policy of the operator's own makes way, and comes back with revert. */
export const editSchedulerConf = (text: string): EditResult => {
  const { attributes, problem } = parseTemplate(text);
  if (problem !== undefined) return refused(`OpenNebula does not read it, ${problem}; correct that line`);
  const [found, other] = attributes.filter(({ name }) => name === 'DEFAULT_SCHED');
  if (other !== undefined)
    return refused(`line ${lineOf(text, other.from)}: DEFAULT_SCHED stands there a second time; remove one`);
  if (found === undefined)
    return { kind: 'edited', text: ours + text, changes: ['rank hosts by POWER_RANK'] };
  if (ranksByPower(found)) return unchanged(text);
  const lines = linesOf(text, found);
  if (lines === undefined && isAtEnd(text, found))
    return refused(
      `line ${lineOf(text, found.from)}: no line break follows DEFAULT_SCHED; add one at the end of the file`,
    );
  if (lines === undefined)
    return refused(
      `line ${lineOf(text, found.from)}: DEFAULT_SCHED shares a line with something else; give it lines of its own`,
    );
  const before = lines.text.replaceAll(/^(?=[^\n]|\n)/gm, kept);
  const result = applyEdits(text, [{ ...lines, text: before + ours }]);
  const isSound = revertSchedulerConf(result);
  if (isSound.kind !== 'edited' || isSound.text !== text || parseTemplate(result).problem !== undefined)
    return refused(
      `line ${lineOf(text, found.from)}: the layout cannot be edited safely; make the change by hand`,
    );
  return {
    kind: 'edited',
    text: result,
    changes: ['rank hosts by POWER_RANK; what ranked them before stays as a comment'],
  };
};

/** What stood there before comes back; where somebody has changed our line since, all stays. */
export const revertSchedulerConf = (text: string): EditResult => {
  const at = text.indexOf(ours);
  if (at < 0) {
    return text.includes(kept)
      ? { kind: 'edited', text, changes: ['DEFAULT_SCHED stays: somebody has changed it since'] }
      : unchanged(text);
  }
  let start = at;
  while (start > 0) {
    const lineStart = text.lastIndexOf('\n', start - 2) + 1;
    if (lineStart >= start || !text.startsWith(kept, lineStart)) break;
    start = lineStart;
  }
  const before = text
    .slice(start, at)
    .split('\n')
    .map((line) => (line.startsWith(kept) ? line.slice(kept.length) : line))
    .join('\n');
  return {
    kind: 'edited',
    text: text.slice(0, start) + before + text.slice(at + ours.length),
    changes: ['rank hosts as before'],
  };
};
