/** Names are chosen by whoever owns a VM: none of them may act in a page. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { escapeHtml, html, jsonHtml, shownName } from '../../../collectors/pages/html.ts';
import { defaultQuery } from '../../../collectors/pages/page-query.ts';
import { documentOf, madeModel, madeVm } from './made-page.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=a>',
    "' onclick='x",
    '</bdi></table>',
    '\u202egnp.exe',
    '\0\x1b[31m',
    '&lt;',
    '--><!--',
  ),
);
const tagsOf = (document: string): readonly string[] =>
  document
    .replaceAll(/(?:href|value|data-events|data-rows|title|aria-label)="[^"]*"/g, '')
    .match(/<[^>]*>/g) ?? [];

test('P1: whatever VMs, owners and hosts are called, the page has the same markup', () => {
  const plain = tagsOf(documentOf(madeModel([madeVm()])));
  fc.assert(
    fc.property(hostile, hostile, hostile, hostile, (name, owner, group, host) => {
      fc.pre(owner !== '' && host !== '');
      const document = documentOf(madeModel([madeVm({ name, owner, group, host })]));
      assert.deepEqual(tagsOf(document), plain);
      assert.doesNotMatch(document, /[\0-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test('P1: what is searched for stands in the form as it was given, and nowhere as markup', () => {
  const plain = tagsOf(documentOf(madeModel([madeVm()])));
  fc.assert(
    fc.property(fc.constantFrom('<b>', '"><script>', "x' y", '&amp;'), (q) => {
      const document = documentOf(madeModel([madeVm({ name: q })]), { ...defaultQuery, q });
      assert.ok(document.includes(`name="q" value="${escapeHtml(q)}"`));
      assert.deepEqual(tagsOf(document), plain);
    }),
  );
});

test('P1: a template escapes what stands in it, and data of a script cannot end it', () => {
  assert.equal(
    html`<p title="${'"<'}">${['a&b', html`<i>${1}</i>`]}${undefined}</p>`.html,
    '<p title="&quot;&lt;">a&amp;b<i>1</i></p>',
  );
  assert.equal(jsonHtml({ a: '</script>' }).html, '{"a":"\\u003c/script>"}');
});

test('P1: a shown name hides nothing', () => {
  assert.equal(shownName('a\u202eb\u0007c\ud800'), 'a\u{fffd}b\u{fffd}c\u{fffd}');
  assert.equal(shownName('دامنه\u200cها 日本 👩'), 'دامنه\u200cها 日本 👩');
});

test('P1: a VM that is not measured has no watts and a reason', () => {
  const document = documentOf(madeModel([madeVm({ watts: undefined, reason: 'no_host', host: '' })]));
  assert.match(
    document,
    /<td class="n w"><span title="the VM has no host although it is active">–<\/span><\/td><td>no host<\/td>/,
  );
});

test('P1: a page of 1,000 VMs is small', () => {
  const vms = Array.from({ length: 1000 }, (_, id) =>
    madeVm({
      id,
      name: `web-${id}-${(id * 7919) % 1000}`,
      owner: `user${id % 97}`,
      host: `kvm${id % 53}`,
      watts: (id * 31) % 211,
    }),
  );
  const document = documentOf(madeModel(vms), { ...defaultQuery, size: 1000 });
  assert.equal(document.match(/<tr id="vm-/g)?.length, 1000);
  assert.ok(document.length < 600_000, String(document.length));
});
