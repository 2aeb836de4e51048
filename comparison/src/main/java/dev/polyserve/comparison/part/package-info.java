/// The costs of parts of the library, measured with JMH: a turn of a conversation, framing, a switch between
/// coroutines. Run by `comparison/jmh`.
///
/// **Thread**: JMH's, unless a type says otherwise. **May use**: all of `core`, including its internals.
@NullMarked
package dev.polyserve.comparison.part;

import org.jspecify.annotations.NullMarked;
