'use strict';
// A handler string in its parts. Both generations split it alike.

const path = require('node:path');
const { MalformedHandlerName } = require('./failures.cjs');

// `a/b/index.x.y` -> { folder: 'a/b/', name: 'index', exported: ['x', 'y'] }
function splitHandler(handler) {
  if (handler.includes('..')) {
    throw new MalformedHandlerName(
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const base = path.basename(handler);
  const dot = base.indexOf('.');
  if (dot === -1) throw new MalformedHandlerName('Bad handler');
  return {
    folder: handler.slice(0, handler.indexOf(base)),
    name: base.slice(0, dot),
    exported: base.slice(dot + 1).split('.'),
  };
}

module.exports = { splitHandler };
