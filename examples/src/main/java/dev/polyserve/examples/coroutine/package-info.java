/// The coroutines of the tutorials: generators, greenlets, and a hub in place of gevent.
///
/// **Thread**: as each says. **Depends on** the library's coroutines only.
@NullMarked
package dev.polyserve.examples.coroutine;

import org.jspecify.annotations.NullMarked;
