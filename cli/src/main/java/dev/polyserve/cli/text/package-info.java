/// How numbers, tables, JSON and text for a terminal are read and written: what every command shares.
///
/// **Threads**: everything here may be used from any thread.
///
/// **Depends on** `dev.polyserve.text`.
@NullMarked
package dev.polyserve.cli.text;

import org.jspecify.annotations.NullMarked;
