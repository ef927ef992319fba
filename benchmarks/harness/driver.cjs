// Times one library under node: reads a question as JSON from standard input, writes the answer as JSON.
'use strict';
const question = JSON.parse(require('fs').readFileSync(0, 'utf8'));

const libraries = {
  'mint-filter': (terms) => {
    const { Mint } = require('mint-filter');
    const mint = new Mint(terms);
    return (text) => mint.filter(text, { replace: false }).words.length;
  },
  obscenity: (terms) => {
    const { RegExpMatcher, DataSet, englishRecommendedTransformers, parseRawPattern } = require('obscenity');
    const data = new DataSet();
    for (const term of terms) {
      const escaped = term.replace(/[[\]?|\\]/g, '\\$&');
      // English terms are whole words, as in its own preset.
      const pattern = /^[\x00-\x7f]*$/.test(term) ? `|${escaped}|` : escaped;
      data.addPhrase((phrase) => phrase.setMetadata({ term }).addPattern(parseRawPattern(pattern)));
    }
    const matcher = new RegExpMatcher({ ...data.build(), ...englishRecommendedTransformers });
    return (text) => matcher.getAllMatches(text).length;
  },
};

const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;
let since = process.hrtime.bigint();
const search = libraries[question.library](question.terms);
const build = seconds(since);
const run = () => {
  const rows = [];
  let matches = 0;
  question.rows.forEach((row, number) => {
    const found = search(row);
    if (found) rows.push(number);
    matches += found;
  });
  return { rows, matches };
};
const answer = run();
const times = [];
let spent = 0;
while (times.length < question.runs && (times.length === 0 || spent < question.budget)) {
  since = process.hrtime.bigint();
  run();
  times.push(seconds(since));
  spent += times[times.length - 1];
}
process.stdout.write(JSON.stringify({ ...answer, build, times, node: process.version }));
