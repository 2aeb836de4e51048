/// The coroutine examples of the tutorials: generators, greenlets, and a hub in place of gevent.
///
/// **Threads**: as each class says.
///
/// **Depends on** the library's coroutines only.
@NullMarked
package dev.polyserve.examples.coroutine;

import org.jspecify.annotations.NullMarked;
