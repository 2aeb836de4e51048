// The card that explains one model: its idea, what it waits in and is bad at, and two programs.

import {element, prose} from './dom.js';
import {pieces} from './highlight.js';

// The card of a model in the chosen language.
export function modelCard(model, language, text) {
  const words = language === 'zh' ? model.chinese : model.english;
  const id = `model-${model.id}`;
  return element('section', {class: 'model', 'aria-labelledby': id},
    element('h2', {id}, model.id),
    words.idea.map((sentence) => element('p', {}, prose(sentence))),
    element('dl', {}, fact(text.waitsIn, words.waitsIn), fact(text.badAt, words.badAt), fact(text.watchFor, words.watchFor)),
    program(text.withPolyserve, model.withPolyserveFile, model.withPolyserve, true),
    program(text.byHand, model.byHandFile, model.byHand, false));
}

function fact(name, sentence) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, prose(sentence)));
}

function program(title, file, source, open) {
  return element('details', {open}, element('summary', {}, `${title} `, element('code', {}, file)),
    element('pre', {tabindex: 0, role: 'group', 'aria-label': file}, element('code', {},
      pieces(source.trimEnd()).map(({text, kind}) => kind ? element('span', {class: kind}, text) : text))));
}
