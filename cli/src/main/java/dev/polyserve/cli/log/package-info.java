/// The log of the program on standard error: log lines of the library and the commands, and one access line per
/// connection.
///
/// **Threads**: everything here may be used from any thread; one thread of the log writes the lines.
///
/// **Depends on** `dev.polyserve.cli.text` and the public interface of the library.
@NullMarked
package dev.polyserve.cli.log;

import org.jspecify.annotations.NullMarked;
