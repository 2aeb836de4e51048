/// How numbers, addresses and strangers' text are read and written: what every command shares.
///
/// **Threads**: everything here may be used from any thread.
///
/// **Depends on** the JDK only.
@NullMarked
package dev.polyserve.cli.text;

import org.jspecify.annotations.NullMarked;
