/// What the parts of the library cost, measured with JMH: a turn of a conversation, framing, a switch between coroutines.
/// `comparison/jmh` runs them.
///
/// **Thread**: JMH's, unless a type says otherwise. **May use**: everything of `core`, its internals too.
@NullMarked
package dev.polyserve.comparison.part;

import org.jspecify.annotations.NullMarked;
