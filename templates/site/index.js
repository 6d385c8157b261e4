'use strict';
// Search as one types. The words of each entry stand in its data-words, spelled as generator/mujaz/folding.py spells
// them; what is typed is spelled here by the same rules, and tests/cases/search holds both to the same answers.

const TWINS = new Map([...'أاإاآاٱاىيیيئيؤوةهھهەهکكڕرڵلۆوێي'].flatMap(
  (letter, at, all) => at % 2 ? [] : [[letter, all[at + 1]]]));
const LATIN = new Map(Object.entries({'ø': 'o', 'ł': 'l', 'đ': 'd', 'æ': 'ae', 'œ': 'oe', 'ı': 'i', 'þ': 'th', 'ß': 'ss', 'ς': 'σ'}));
const DIGITS = '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹';
const UNHEARD = /['’‘`ʼʾʿـ]|\p{M}|\p{Cf}/u;
const THOUSANDS = /([0-9٠-٩۰-۹])[,٬](?=[0-9٠-٩۰-۹]{3})/g;

/** What search reads in a character: letters and digits, nothing, or the end of a word. */
function read(character) {
  if (UNHEARD.test(character)) return '';
  const twin = TWINS.get(character) ?? character;
  let letters = '';
  for (const each of twin.toLowerCase().normalize('NFKD').toLowerCase()) {
    const digit = DIGITS.indexOf(each);
    if (digit >= 0) letters += digit % 10;
    else if (UNHEARD.test(each)) continue;
    else letters += /[\p{L}\p{N}]/u.test(each) ? LATIN.get(each) ?? TWINS.get(each) ?? each : ' ';
  }
  return letters;
}

const words = text => [...text].map(read).join('').split(' ').filter(word => word);
const seated = text => text.replace(/[أإؤئ]/g, 'ء');

/** The words of a text, each in its spellings: hamza left out, and all seats of hamza as one. */
function spellings(text) {
  const whole = text.normalize('NFC').replace(THOUSANDS, '$1');
  const other = words(seated(whole));
  return words(whole).map((word, at) => {
    const plain = word.replaceAll('ء', '') || word;
    return other[at].indexOf('ء', 1) > 0 ? [plain, other[at].replace(/^ء/, 'ا')] : [plain];
  });
}

/** A typed word, and the word without its article or conjunction. */
function* stems(word) {
  yield word;
  const article = word.match(/^[وف]?(?:[بك]?ال|(لل))(?!(?:له|ان)$)(.{2,})$/);
  if (article) {
    yield article[2];
    if (article[1]) yield 'ل' + article[2]; // «للجنة» is «اللجنة» with its article inside
  } else if (/^و.{4,}$/.test(word)) {
    yield word.slice(1);
  }
}

/** Where a typed word begins a word of a text, with or without what Arabic writes before it. */
function pattern(typed) {
  const tails = new Set(typed.flatMap(spelled => [...stems(spelled)]));
  const article = '[وف]?(?:[بك]?ال|لل)';
  const heads = [...tails].map(tail => {
    const bound = tail.length > 3 ? tail.replace(/ه$/, '[هت]') : tail; // «سيادة» is there in «سيادتها»
    return `(?:${article}${tail.length < 3 ? ')?' : '|[وف]?[بكل]?)'}(${bound})`;
  });
  return new RegExp(heads.map(head => `(?<![^ ])${head}`).join('|'), 'dg');
}

/** Whether every typed word is among the words of a text. */
const finds = (patterns, text) => patterns.every(each => text.search(each) >= 0);

const whole = pattern => new RegExp(`(?:${pattern.source})(?![^ ])`, 'dg');
const BODY = 1000;

/** How far behind the best an entry stands: words that no title or keyword has count first, parts of words after them. */
function rank(patterns, heads, text) {
  let behind = 0;
  for (const each of patterns) {
    const head = finds([each], heads);
    behind += (head ? 0 : BODY) + !finds([whole(each)], head ? heads : text);
  }
  return behind;
}

/** The stretches of a text that typed words match, as pairs of offsets. */
function* places(patterns, text) {
  for (const bare of [true, false]) {
    let flat = '';
    const origins = [];
    let at = 0;
    const looked = text.replace(THOUSANDS, '$1\u2060'); // a sign that is not read, so that offsets stay
    for (const character of bare ? looked : seated(looked)) {
      const letters = bare ? read(character).replace('ء', '') : read(character);
      flat += letters;
      for (let number = 0; number < letters.length; number++) origins.push([at, at + character.length]);
      at += character.length;
    }
    for (const each of patterns) {
      for (const match of flat.replace(/(?<![^ ])ء/g, 'ا').matchAll(each)) {
        const [start, end] = match.indices.slice(1).find(span => span);
        yield [origins[start][0], origins[end - 1][1]];
      }
    }
  }
}

// ---------------------------------------------------------------------------------------------------- the page

const tools = document.getElementById('tools');
const sought = document.getElementById('sought');
const choices = ['audience', 'language'].map(id => document.getElementById(id)).filter(each => each);
const found = document.getElementById('found');
const all = document.getElementById('all');
const list = document.getElementById('topics');
const topics = [...document.querySelectorAll('.topic')];
let shown = topics;
const plurals = new Intl.PluralRules(document.documentElement.lang);
const forms = JSON.parse(found.dataset.forms);

function told(count) {
  if (!count) return found.dataset.none;
  const form = forms[plurals.select(count)] ?? forms.other;
  return form.replace('{n}', String(count).replace(/\d/g, digit => [...found.dataset.digits][digit]));
}

function marked(patterns) {
  if (!globalThis.CSS?.highlights) return;
  const hits = new Highlight();
  for (const name of document.querySelectorAll('.name')) {
    const node = name.firstChild;
    if (!node || name.closest('[hidden]')) continue;
    for (const [start, end] of places(patterns, node.data)) {
      const range = new Range();
      range.setStart(node, start);
      range.setEnd(node, end);
      hits.add(range);
    }
  }
  CSS.highlights.set('found', hits);
}

/** Topics as they were found, the best first; the page has the newest first, and so have topics that are as good. */
function sort(ranks) {
  const sorted = [...topics].sort((one, other) => ranks.get(one) - ranks.get(other));
  if (sorted.some((topic, at) => topic !== shown[at])) list.append(...sorted);
  shown = sorted;
}

function choose() {
  const patterns = spellings(sought.value).map(pattern);
  const [audience, language] = ['audience', 'language'].map(id => document.getElementById(id)?.value);
  const ranks = new Map(topics.map(topic => [topic, Infinity]));
  let count = 0;
  for (const topic of topics) {
    for (const entry of topic.children) {
      for (const offer of entry.querySelectorAll('.offer')) {
        offer.hidden = Boolean(audience) && offer.dataset.audience !== audience;
      }
      entry.hidden = Boolean(language) && entry.dataset.language !== language
        || !entry.querySelector('.offer:not([hidden])') || !finds(patterns, entry.dataset.words);
      if (entry.hidden) continue;
      ranks.set(topic, Math.min(ranks.get(topic), rank(patterns, entry.dataset.heads ?? '', entry.dataset.words)));
    }
    topic.hidden = ![...topic.children].some(entry => !entry.hidden);
    count += !topic.hidden;
  }
  const text = told(count);
  if (found.textContent !== text) found.textContent = text;
  sort(ranks);
  all.hidden = count === topics.length && !sought.value && choices.every(each => !each.value);
  marked(patterns);
}

tools.hidden = false;
tools.addEventListener('submit', event => event.preventDefault());
tools.addEventListener('input', choose);
all.addEventListener('click', () => {
  tools.reset();
  choose();
  sought.focus();
});
addEventListener('pageshow', choose); // browsers fill the fields again when one comes back
