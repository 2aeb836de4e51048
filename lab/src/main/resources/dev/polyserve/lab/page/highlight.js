// Splits Java source into pieces to be coloured. The pieces together are the source.

const KEYWORDS = new Set(('abstract assert boolean break byte case catch char class continue default do double else enum'
  + ' extends final finally float for if implements import instanceof int interface long module native new null package'
  + ' permits private protected public record return sealed short static strictfp super switch synchronized this throw throws'
  + ' transient true false try var void volatile when while yield').split(' '));
const PIECE = new RegExp([
  '(?<comment>\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?\\*\\/)',
  '(?<string>"""[\\s\\S]*?"""|"(?:\\\\.|[^"\\\\\\n])*"|\'(?:\\\\.|[^\'\\\\\\n])*\')',
  '(?<annotation>@\\w+)',
  '(?<number>\\b(?:0x[\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?)[lLfFdD]?\\b)',
  '(?<word>[A-Za-z_$][\\w$]*)',
].join('|'), 'g');

export function pieces(source) {
  const found = [];
  let end = 0;
  const add = (text, kind) => {
    const last = found[found.length - 1];
    if (last && last.kind === kind) {
      last.text += text;
    } else if (text) {
      found.push({text, kind});
    }
  };
  for (const match of source.matchAll(PIECE)) {
    add(source.slice(end, match.index), '');
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    add(match[0], kind === 'word' ? KEYWORDS.has(match[0]) ? 'keyword' : /^[A-Z]/.test(match[0]) ? 'type' : '' : kind);
    end = match.index + match[0].length;
  }
  add(source.slice(end), '');
  return found;
}
