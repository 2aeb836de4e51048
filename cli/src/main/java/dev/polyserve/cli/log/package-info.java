/// What the program says on standard error: log lines of the library and the commands, and one access line per connection.
///
/// **Threads**: everything here may be used from any thread; lines are written by one thread of their own.
///
/// **Depends on** `dev.polyserve.cli.text` and the public interface of the library.
@NullMarked
package dev.polyserve.cli.log;

import org.jspecify.annotations.NullMarked;
